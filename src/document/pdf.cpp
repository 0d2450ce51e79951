// SPDX-License-Identifier: Apache-2.0
#include <cairo-pdf.h>
#include <pango/pangocairo.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <memory>
#include <numeric>
#include <optional>
#include <stdexcept>

#include "document/document.hpp"
#include "document/utf8.hpp"

// Lengths are points, 1/72 inch; y grows downwards.
namespace steward::document {
namespace {

constexpr double kPageWidth = 595.276, kPageHeight = 841.89;
constexpr double kMargin = 48;
constexpr double kWidth = kPageWidth - 2 * kMargin;
constexpr double kTop = 62;          ///< of the text on pages after the first
constexpr double kGap = 10;          ///< between columns
constexpr double kRowPadding = 3.5;  ///< above and below the text of a row
constexpr double kHeadRoom = 60;     ///< for headings of columns, and too little to begin something long in
constexpr double kColumnLeast = 10;  ///< holds the widest letter
constexpr std::size_t kColumnsMost = 24;
constexpr double kFooterMost = 120;   ///< a higher one stands once, at the end
constexpr double kNumbersMost = 0.7;  ///< of the width, for one column
constexpr double kWordMost = 90;      ///< longer words are broken
constexpr double kShareLeast = 0.01;
constexpr int kHalvings = 50;
constexpr double kLogoWidth = 170, kLogoHeight = 44;
constexpr std::uint32_t kLogoPixels = 4096;  ///< most in each direction
constexpr double kText = 8.5, kSmall = 7.5, kHeading = 11, kTitle = 19;

struct Color {
  double red = 0, green = 0, blue = 0;
};
constexpr Color kInk{0.13, 0.15, 0.18}, kFaint{0.42, 0.45, 0.50}, kRule{0.87, 0.89, 0.91};

template <auto Free>
struct Freed {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Surface = std::unique_ptr<cairo_surface_t, Freed<cairo_surface_destroy>>;
using Canvas = std::unique_ptr<cairo_t, Freed<cairo_destroy>>;
using Layout = std::unique_ptr<PangoLayout, Freed<g_object_unref>>;

Color ColorOf(const std::string& text) {
  const bool is_good =
      text.size() == 7 && text[0] == '#' && text.find_first_not_of("0123456789abcdefABCDEF", 1) == std::string::npos;
  const auto value = std::stoul(is_good ? text.substr(1) : Branding{}.color.substr(1), nullptr, 16);
  const auto part = [value](unsigned shift) { return static_cast<double>((value >> shift) & 0xFFU) / 255; };
  return {part(16), part(8), part(0)};
}

/// The color itself, or ink where a text in it could not be read on white.
Color Readable(const Color& color) {
  return 0.299 * color.red + 0.587 * color.green + 0.114 * color.blue > 0.68 ? kInk : color;
}

Surface LogoOf(const std::string& png) {
  constexpr std::size_t kHead = 24;  // up to the sizes, which are looked at before anything is unpacked
  if (png.size() < kHead || png.compare(0, 8, "\x89PNG\r\n\x1a\n") != 0) return nullptr;
  const auto number = [&png](std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = at; i < at + 4; ++i) value = value << 8U | static_cast<unsigned char>(png[i]);
    return value;
  };
  if (number(16) - 1 >= kLogoPixels || number(20) - 1 >= kLogoPixels) return nullptr;
  struct Reader {
    const std::string& bytes;
    std::size_t at = 0;
  } reader{png};
  const auto read = [](void* closure, unsigned char* data, unsigned size) {
    auto& from = *static_cast<Reader*>(closure);
    if (from.bytes.size() - from.at < size) return CAIRO_STATUS_READ_ERROR;
    std::memcpy(data, from.bytes.data() + from.at, size);
    from.at += size;
    return CAIRO_STATUS_SUCCESS;
  };
  Surface image(cairo_image_surface_create_from_png_stream(read, &reader));
  if (cairo_surface_status(image.get()) != CAIRO_STATUS_SUCCESS) return nullptr;
  return image;
}

/// "Page 1 of 2".
std::string PageText(const std::string& language, int page, int of) {
  struct Words {
    std::string_view language, page, of;
  };
  constexpr Words kWords[] = {{"en", "Page", "of"},   {"de", "Seite", "von"}, {"fr", "Page", "sur"},
                              {"es", "Página", "de"}, {"it", "Pagina", "di"}, {"nl", "Pagina", "van"},
                              {"pt", "Página", "de"}, {"pl", "Strona", "z"},  {"cs", "Strana", "z"},
                              {"da", "Side", "af"},   {"sv", "Sida", "av"},   {"nb", "Side", "av"}};
  const Words* words = std::find_if(std::begin(kWords), std::end(kWords),
                                    [&](const Words& w) { return language.starts_with(w.language); });
  if (words == std::end(kWords)) words = std::begin(kWords);
  return std::string(words->page) + " " + std::to_string(page) + " " + std::string(words->of) + " " +
         std::to_string(of);
}

struct Style {
  double size = kText;
  bool is_bold = false;
  bool is_right = false;
  Color color = kInk;
};

/// A text that has a place in a row.
struct Placed {
  Layout layout;
  double x = 0;
  Color color;
};

/// Draws a document twice: the first time only to learn how many pages it has.
class Writer {
 public:
  Writer(const Document& document, cairo_t* canvas)
      : document_(document),
        canvas_(canvas),
        brand_(ColorOf(document.branding.color)),
        logo_(LogoOf(document.branding.logo_png)) {
    pango_cairo_update_context(canvas, Context());
    pango_context_set_round_glyph_positions(Context(), FALSE);
    pango_context_set_language(Context(), pango_language_from_string(Printable(document.language).c_str()));
    const Layout footer = Text(document.footer, kFooterWidth, {.size = kSmall, .color = kFaint});
    const double height = HeightOf(footer.get());
    has_footer_ = height <= kFooterMost;
    bottom_ = kPageHeight - 44 - (has_footer_ ? std::max(height, 10.0) : 10.0) - 12;
  }

  /// Answers the number of pages; draws when `pages` is what that is.
  int Write(int pages) {
    pages_ = pages;
    page_ = 0;
    BeginPage();
    Head();
    Facts();
    Blocks();
    for (const Table& table : document_.tables) WriteTable(table);
    Totals();
    if (!document_.appendix.empty()) NextPage();
    for (const Table& table : document_.appendix) WriteTable(table);
    if (!has_footer_) Flow(One(document_.footer, {.size = kSmall, .color = kFaint}), [] {});
    EndPage();
    return page_;
  }

 private:
  static constexpr double kFooterWidth = kWidth - 90;

  bool IsDrawn() const { return pages_ > 0; }

  /// Of this document alone; made when first asked for.
  PangoContext* Context() {
    if (!context_) context_.reset(pango_cairo_create_context(canvas_));
    return context_.get();
  }

  Layout Text(const std::string& text, double width, const Style& style) {
    Layout layout(pango_layout_new(Context()));
    const std::string printable = Printable(text);
    pango_layout_set_text(layout.get(), printable.data(), static_cast<int>(printable.size()));
    PangoFontDescription* font = pango_font_description_from_string("DejaVu Sans");
    pango_font_description_set_absolute_size(font, style.size * PANGO_SCALE);
    if (style.is_bold) pango_font_description_set_weight(font, PANGO_WEIGHT_BOLD);
    pango_layout_set_font_description(layout.get(), font);
    pango_font_description_free(font);
    if (width >= 0) {
      pango_layout_set_width(layout.get(), static_cast<int>(std::max(width, 4.0) * PANGO_SCALE));
      pango_layout_set_wrap(layout.get(), PANGO_WRAP_WORD_CHAR);
      PangoAttrList* attributes = pango_attr_list_new();
      pango_attr_list_insert(attributes, pango_attr_insert_hyphens_new(FALSE));  // names are no words
      pango_layout_set_attributes(layout.get(), attributes);
      pango_attr_list_unref(attributes);
    }
    if (style.is_right) pango_layout_set_alignment(layout.get(), PANGO_ALIGN_RIGHT);
    return layout;
  }

  static PangoRectangle SizeOf(PangoLayout* layout) {
    PangoRectangle logical;
    pango_layout_get_extents(layout, nullptr, &logical);
    return logical;
  }
  static double HeightOf(PangoLayout* layout) { return static_cast<double>(SizeOf(layout).height) / PANGO_SCALE; }
  double NaturalWidth(const std::string& text, const Style& style) {
    return static_cast<double>(SizeOf(Text(text, -1, style).get()).width) / PANGO_SCALE;
  }

  void SetColor(const Color& color) { cairo_set_source_rgb(canvas_, color.red, color.green, color.blue); }
  void Show(PangoLayout* layout, double x, double y, const Color& color) {
    if (!IsDrawn()) return;
    SetColor(color);
    cairo_move_to(canvas_, x, y);
    pango_cairo_show_layout(canvas_, layout);
  }
  void Bar(double x, double y, double width, double height, const Color& color) {
    if (!IsDrawn()) return;
    SetColor(color);
    cairo_rectangle(canvas_, x, y, width, height);
    cairo_fill(canvas_);
  }

  void BeginPage() {
    ++page_;
    Bar(0, 0, kPageWidth, 5, brand_);
    y_ = page_ == 1 ? 40 : kTop;
    if (page_ == 1) return;
    const Style style{.size = kSmall, .color = kFaint};
    const Layout text = Text(OneLine(document_.branding.name, document_.title), kWidth, style);
    pango_layout_set_height(text.get(), -1);
    pango_layout_set_ellipsize(text.get(), PANGO_ELLIPSIZE_MIDDLE);  // stands on the first page in full
    Show(text.get(), kMargin, 30, kFaint);
    Bar(kMargin, 46, kWidth, 0.5, kRule);
  }
  static std::string OneLine(const std::string& name, const std::string& title) {
    std::string text = name.empty() || title.empty() ? name + title : name + " · " + title;
    std::replace(text.begin(), text.end(), '\n', ' ');
    return text;
  }
  void EndPage() {
    const Style style{.size = kSmall, .color = kFaint};
    const double y = bottom_ + 12;
    Bar(kMargin, y - 5, kWidth, 0.5, kRule);
    if (has_footer_) Show(Text(document_.footer, kFooterWidth - kGap, style).get(), kMargin, y, kFaint);
    const Layout number = Text(PageText(document_.language, page_, pages_), kWidth - kFooterWidth,
                               {.size = kSmall, .is_right = true, .color = kFaint});
    Show(number.get(), kMargin + kFooterWidth, y, kFaint);
    if (IsDrawn()) cairo_show_page(canvas_);
  }
  void NextPage() {
    EndPage();
    BeginPage();
  }

  std::vector<Placed> One(const std::string& text, const Style& style) {
    std::vector<Placed> row;
    row.push_back({Text(text, kWidth, style), kMargin, style.color});
    return row;
  }

  static double HeightOf(const std::vector<Placed>& row) {
    double height = 0;
    for (const Placed& one : row) height = std::max(height, HeightOf(one.layout.get()));
    return height;
  }

  /// Texts side by side from y_ on. What does not fit goes to the next page, whole where a page can hold it, else line
  /// by line. `again` draws what begins each further page.
  template <typename Again>
  void Flow(const std::vector<Placed>& row, const Again& again) {
    const double height = HeightOf(row);
    if (y_ + height > bottom_ && y_ > kTop) {
      // A row that is higher than a page begins here when there is some room, not after a gap.
      const bool is_split = kTop + height > bottom_ - kHeadRoom && y_ < bottom_ - kHeadRoom;
      if (!is_split) {
        NextPage();
        again();
      }
    }
    if (y_ + height <= bottom_) {
      for (const Placed& one : row) Show(one.layout.get(), one.x, y_, one.color);
      y_ += height;
      return;
    }
    FlowLines(row, again);
  }

  template <typename Again>
  void FlowLines(const std::vector<Placed>& row, const Again& again) {
    std::vector<int> next(row.size(), 0);
    for (;;) {
      double lowest = y_;
      bool is_done = true;
      for (std::size_t i = 0; i < row.size(); ++i) {
        const double end = LinesOf(row[i], next[i]);
        lowest = std::max(lowest, end);
        is_done = is_done && next[i] >= pango_layout_get_line_count(row[i].layout.get());
      }
      y_ = lowest;
      if (is_done) return;
      NextPage();
      again();
    }
  }

  /// Draws as many lines as fit, at least one; answers where they end.
  double LinesOf(const Placed& text, int& next) {
    double y = y_;
    PangoLayoutIter* iter = pango_layout_get_iter(text.layout.get());
    for (int i = 0; i < next; ++i) pango_layout_iter_next_line(iter);
    const int count = pango_layout_get_line_count(text.layout.get());
    for (const int first = next; next < count; ++next) {
      PangoRectangle logical;
      pango_layout_iter_get_line_extents(iter, nullptr, &logical);
      const double height = static_cast<double>(logical.height) / PANGO_SCALE;
      if (y + height > bottom_ && next > first) break;
      if (IsDrawn()) {
        SetColor(text.color);
        const double base = static_cast<double>(pango_layout_iter_get_baseline(iter) - logical.y) / PANGO_SCALE;
        cairo_move_to(canvas_, text.x + static_cast<double>(logical.x) / PANGO_SCALE, y + base);
        pango_cairo_show_layout_line(canvas_, pango_layout_iter_get_line_readonly(iter));
      }
      y += height;
      pango_layout_iter_next_line(iter);
    }
    pango_layout_iter_free(iter);
    return y;
  }

  void Head() {
    const double top = y_;
    const double half = kWidth * 0.55;
    double left = top;
    if (logo_) {
      const double width = cairo_image_surface_get_width(logo_.get());
      const double height = cairo_image_surface_get_height(logo_.get());
      const double scale = std::min(kLogoWidth / width, kLogoHeight / height);
      if (IsDrawn()) {
        cairo_save(canvas_);
        cairo_translate(canvas_, kMargin, top);
        cairo_scale(canvas_, scale, scale);
        cairo_set_source_surface(canvas_, logo_.get(), 0, 0);
        cairo_paint(canvas_);
        cairo_restore(canvas_);
      }
      left += height * scale + 4;
    }
    const Style name_style{.size = logo_ ? kText : kHeading + 3, .is_bold = true, .color = Readable(brand_)};
    std::vector<Placed> row;
    row.push_back({Text(document_.branding.name, half, name_style), kMargin, name_style.color});
    std::vector<Placed> title;
    const Style title_style{.size = kTitle, .is_bold = true, .is_right = true};
    title.push_back({Text(document_.title, kWidth - half - kGap, title_style), kMargin + half + kGap, kInk});
    // Each on its own when one of them is longer than the page.
    if (std::max(left - top + HeightOf(row), HeightOf(title)) > bottom_ - top) {
      y_ = left;
      Flow(row, [] {});
      Flow(title, [] {});
    } else {
      y_ = left;
      Flow(row, [] {});
      left = y_;
      y_ = top;
      Flow(title, [] {});
      y_ = std::max(y_, left);
    }
    y_ += 14;
  }

  void Facts() {
    if (document_.facts.empty()) return;
    const std::size_t most = std::min<std::size_t>(4, document_.facts.size());
    const double width = (kWidth - kGap * static_cast<double>(most - 1)) / static_cast<double>(most);
    Bar(kMargin, y_, kWidth, 0.5, kRule);
    y_ += 8;
    for (std::size_t begin = 0; begin < document_.facts.size(); begin += most) {
      std::vector<Placed> labels;
      std::vector<Placed> values;
      for (std::size_t i = begin; i < std::min(begin + most, document_.facts.size()); ++i) {
        const double x = kMargin + static_cast<double>(i - begin) * (width + kGap);
        labels.push_back({Text(document_.facts[i].first, width, {.size = kSmall}), x, kFaint});
        values.push_back({Text(document_.facts[i].second, width, {.is_bold = true}), x, kInk});
      }
      Keep(HeightOf(labels) + 20);
      Flow(labels, [] {});
      y_ += 1;
      Flow(values, [] {});
      y_ += 8;
    }
    Bar(kMargin, y_, kWidth, 0.5, kRule);
    y_ += 14;
  }

  void Blocks() {
    constexpr std::size_t kMost = 3;
    const std::size_t most = std::min(kMost, document_.blocks.size());
    for (std::size_t begin = 0; begin < document_.blocks.size(); begin += most) {
      const double width = (kWidth - 2 * kGap * static_cast<double>(most - 1)) / static_cast<double>(most);
      std::vector<Placed> titles;
      std::vector<Placed> texts;
      for (std::size_t i = begin; i < std::min(begin + most, document_.blocks.size()); ++i) {
        const Block& block = document_.blocks[i];
        const double x = kMargin + static_cast<double>(i - begin) * (width + 2 * kGap);
        std::string text;
        for (const std::string& line : block.lines) text += (text.empty() ? "" : "\n") + line;
        titles.push_back({Text(block.title, width, {.size = kSmall, .is_bold = true}), x, Readable(brand_)});
        texts.push_back({Text(text, width, {.size = kText + 0.5}), x, kInk});
      }
      Keep(HeightOf(titles) + 24);
      Flow(titles, [] {});
      y_ += 2;
      Flow(texts, [] {});
      y_ += 16;
    }
  }

  /// Begins a page when less than so much is left of this one.
  void Keep(double height) {
    if (y_ + height > bottom_ && y_ > kTop) NextPage();
  }

  /// By share, but so that numbers stand on one line and words are not broken, where there is room for that.
  std::vector<double> WidthsOf(const Table& table) {
    const std::size_t count = table.columns.size();
    const double whole = kWidth - kGap * static_cast<double>(count - 1);
    std::vector<double> least(count);
    for (std::size_t i = 0; i < count; ++i)
      least[i] = std::max(std::min(NeededWidth(table, i), whole * kNumbersMost), kColumnLeast);
    const double needed = std::accumulate(least.begin(), least.end(), 0.0);
    if (needed >= whole) {
      const double floor = kColumnLeast * static_cast<double>(count);
      for (double& width : least) width = kColumnLeast + (width - kColumnLeast) * (whole - floor) / (needed - floor);
      return least;
    }
    // The width of one share at which the columns come to the whole.
    double low = 0;
    double high = whole / kShareLeast;
    std::vector<double> widths(count);
    for (int i = 0; i < kHalvings; ++i) {
      const double one = (low + high) / 2;
      for (std::size_t c = 0; c < count; ++c)
        widths[c] = std::max(least[c], one * std::max(table.columns[c].share, kShareLeast));
      (std::accumulate(widths.begin(), widths.end(), 0.0) > whole ? high : low) = one;
    }
    return widths;
  }

  /// Of the longest number, or the longest word unless it is very long.
  double NeededWidth(const Table& table, std::size_t column) {
    const bool is_number = table.columns[column].is_number;
    std::string_view widest;
    for (const auto& row : table.rows) {
      if (column < row.size()) KeepLonger(row[column], !is_number, widest);
    }
    std::string_view word;
    KeepLonger(table.columns[column].title, true, word);
    const double cell = NaturalWidth(std::string(widest), {});
    return std::max(is_number ? cell : std::min(cell, kWordMost),
                    std::min(NaturalWidth(std::string(word), {.size = kSmall, .is_bold = true}), kWordMost)) +
           0.5;
  }

  static void KeepLonger(std::string_view text, bool by_word, std::string_view& longest) {
    while (!text.empty()) {
      const std::size_t end = by_word ? std::min(text.find_first_of(" \n"), text.size()) : text.size();
      if (end > longest.size()) longest = text.substr(0, end);
      text.remove_prefix(std::min(end + 1, text.size()));
    }
  }

  std::vector<Placed> RowOf(const Table& table, const std::vector<double>& widths,
                            const std::vector<std::string>& cells, const Style& base) {
    std::vector<Placed> row;
    double x = kMargin;
    for (std::size_t i = 0; i < widths.size(); ++i) {
      Style style = base;
      style.is_right = table.columns[i].is_number;
      if (i < cells.size() && !cells[i].empty()) row.push_back({Text(cells[i], widths[i], style), x, style.color});
      x += widths[i] + kGap;
    }
    return row;
  }

  void WriteTable(const Table& table) {
    if (table.columns.size() > kColumnsMost) throw std::invalid_argument("a table has more columns than fit on a page");
    for (const auto& cells : table.rows) {
      if (cells.size() > table.columns.size())
        throw std::invalid_argument("a row has more cells than its table columns");
    }
    const auto title = One(table.title, {.size = kHeading, .is_bold = true});
    Keep(std::min(HeightOf(title), 200.0) + 70);
    if (!table.title.empty()) {
      Flow(title, [] {});
      y_ += 5;
    }
    if (table.columns.empty()) return;
    const std::vector<double> widths = WidthsOf(table);
    std::vector<std::string> titles;
    for (const Column& column : table.columns) titles.push_back(column.title);
    const auto head = RowOf(table, widths, titles, {.size = kSmall, .is_bold = true, .color = Readable(brand_)});
    const bool repeats = HeightOf(head) < 200;  // else every page would be full of it
    const auto heading = [&] {
      Flow(head, [] {});
      Bar(kMargin, y_ + 3, kWidth, 1, brand_);
      y_ += 4 + kRowPadding;
    };
    const auto again = [&] {
      if (repeats) heading();
    };
    heading();
    for (const auto& cells : table.rows) {
      const auto row = RowOf(table, widths, cells, {});
      Flow(row, again);
      y_ += kRowPadding;
      Bar(kMargin, y_, kWidth, 0.4, kRule);
      y_ += kRowPadding;
    }
    y_ += 14;
  }

  void Totals() {
    if (document_.totals.empty()) return;
    constexpr double kLabel = 190, kValue = 130;
    std::vector<std::vector<Placed>> rows;
    double height = 0;
    for (const Total& total : document_.totals) {
      const Style style{.size = total.is_strong ? kHeading : kText + 0.5, .is_bold = total.is_strong, .is_right = true};
      std::vector<Placed> row;
      row.push_back({Text(total.label, kLabel, style), kMargin + kWidth - kLabel - kValue - kGap, kInk});
      row.push_back({Text(total.value, kValue, style), kMargin + kWidth - kValue, kInk});
      height += HeightOf(row) + 2 * kRowPadding + 1;
      rows.push_back(std::move(row));
    }
    Keep(std::min(height, bottom_ - kTop));
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (document_.totals[i].is_strong)
        Bar(kMargin + kWidth - kLabel - kValue - kGap, y_, kLabel + kValue + kGap, 1, brand_);
      y_ += kRowPadding + 1;
      Flow(rows[i], [] {});
      y_ += kRowPadding;
    }
    y_ += 14;
  }

  const Document& document_;
  cairo_t* canvas_;
  Color brand_;
  Surface logo_;
  std::unique_ptr<PangoContext, Freed<g_object_unref>> context_;
  bool has_footer_ = true;
  double bottom_ = 0;
  double y_ = 0;
  int page_ = 0;
  int pages_ = 0;
};

cairo_status_t Append(void* bytes, const unsigned char* data, unsigned size) {
  try {
    static_cast<std::string*>(bytes)->append(reinterpret_cast<const char*>(data), size);
    return CAIRO_STATUS_SUCCESS;
  } catch (const std::exception&) {
    return CAIRO_STATUS_NO_MEMORY;
  }
}

void Check(cairo_status_t status) {
  if (status != CAIRO_STATUS_SUCCESS)
    throw std::runtime_error(std::string("PDF cannot be made: ") + cairo_status_to_string(status));
}

}  // namespace

std::string Pdf(const Document& document) {
  std::string bytes;
  const Surface surface(cairo_pdf_surface_create_for_stream(Append, &bytes, kPageWidth, kPageHeight));
  Check(cairo_surface_status(surface.get()));
  cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_TITLE, Printable(document.title).c_str());
  cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_AUTHOR, Printable(document.branding.name).c_str());
  const Canvas canvas(cairo_create(surface.get()));
  Writer writer(document, canvas.get());
  const int pages = writer.Write(0);
  writer.Write(pages);
  Check(cairo_status(canvas.get()));
  cairo_surface_finish(surface.get());
  Check(cairo_surface_status(surface.get()));
  return bytes;
}

}  // namespace steward::document
