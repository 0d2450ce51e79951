// SPDX-License-Identifier: Apache-2.0
import { render, screen } from '@testing-library/react';
import { expect, it } from 'vitest';
import { Middle } from './middle';

it.each([
  ['Bundesverband der Deutschen Volksbanken und Raiffeisenbanken', 'eisenbanken'.slice(-9)],
  ['株式会社日本システムバックアップ管理サービス東京本社', 'サービス東京本社'],
  ['/backups/𠮷𠮷𠮷𠮷𠮷𠮷𠮷𠮷𠮷𠮷𠮷𠮷𠮷𠮷', '𠮷𠮷𠮷𠮷𠮷𠮷𠮷𠮷𠮷'],
])('keeps the whole of %s for readers and the tooltip, and its end in sight', (text, end) => {
  render(<Middle text={text} />);
  const whole = screen.getByTitle(text);
  expect(whole).toHaveTextContent(text);
  expect(whole.getAttribute('data-tail')).toMatch(new RegExp(`${end}$`));
  expect(`${whole.getAttribute('data-head')}${whole.getAttribute('data-tail')}`).toBe(text);
});

it('leaves short names alone', () => {
  render(<Middle text="srv-01" />);
  expect(screen.getByText('srv-01')).not.toHaveAttribute('data-tail');
});
