// SPDX-License-Identifier: Apache-2.0
import { Loader, Modal, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useNavigate } from '@tanstack/react-router';
import { IconSearch } from '@tabler/icons-react';
import { useState, type KeyboardEvent } from 'react';
import { Middle } from '@/components/middle';
import { Problem } from '@/components/views';
import { useHits, words as kinds, type Hit, type HitGroup } from './hits';
import classes from './search.module.css';

const words = {
  title: 'Search', placeholder: 'Customers, servers, jobs, workloads, pages', none: 'Nothing has that name.', hint: '↑ ↓ to choose, Enter to open, Esc to close',
  results: 'Results', more: 'Type two characters or more to find objects.',
};
const waitMilliseconds = 180;

/** Finds objects and pages by name; everything can be done from the keyboard. */
export function SearchDialog({ pages, onClose }: { pages: readonly Hit[]; onClose: () => void }) {
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const navigate = useNavigate();
  const [asked] = useDebouncedValue(text.trim(), waitMilliseconds);
  const found = useHits(asked);
  const wanted = text.trim().toLowerCase();
  const matching = pages.filter((page) => page.label.toLowerCase().includes(wanted));
  const groups: HitGroup[] = [...(wanted.length >= 2 ? (found.data ?? []) : []), ...(matching.length ? [{ title: kinds.pages, hits: matching }] : [])];
  const hits = groups.flatMap((group) => group.hits);
  const current = hits[Math.min(at, hits.length - 1)];

  const open = (hit: Hit | undefined) => {
    if (!hit) return;
    onClose();
    // What was found may lie outside the scope that the lists are narrowed to.
    void navigate({ to: hit.to, search: { ...hit.search, scope: '' } });
  };
  const onKey = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0 && hits.length > 0) {
      event.preventDefault();
      const next = (Math.min(at, hits.length - 1) + step + hits.length) % hits.length;
      setAt(next);
      document.getElementById(`hit-${hits[next]?.key}`)?.scrollIntoView({ block: 'nearest' });
    } else if (event.key === 'Enter') {
      event.preventDefault();
      open(current);
    }
  };
  const waiting = wanted.length >= 2 && (asked.toLowerCase() !== wanted || found.isFetching);
  return (
    <Modal opened onClose={onClose} size="lg" yOffset="10dvh" padding={0} withCloseButton={false} aria-label={words.title}>
      <TextInput variant="unstyled" size="md" className={classes.input} data-autofocus role="combobox" aria-label={words.title} aria-expanded={hits.length > 0} aria-controls="search-hits"
        aria-autocomplete="list" {...(current ? { 'aria-activedescendant': `hit-${current.key}` } : {})} placeholder={words.placeholder} value={text} onKeyDown={onKey}
        onChange={({ currentTarget }) => { setText(currentTarget.value); setAt(0); }}
        leftSection={<IconSearch size={18} aria-hidden />} rightSection={waiting ? <Loader size="xs" /> : undefined} />
      <div id="search-hits" role="listbox" aria-label={words.results} className={classes.hits}>
        {groups.map((group) => (
          <div key={group.title} role="group" aria-label={group.title}>
            <div className={classes.group} aria-hidden>{group.title}</div>
            {group.hits.map((hit) => (
              <div key={hit.key} id={`hit-${hit.key}`} role="option" aria-selected={hit === current} className={classes.hit} onClick={() => open(hit)}
                onMouseMove={() => setAt(hits.indexOf(hit))}>
                <Middle text={hit.label} />
                {hit.hint && <span className={classes.hint}>{hit.hint}</span>}
              </div>
            ))}
          </div>
        ))}
      </div>
      {found.isError && <Problem error={found.error} retry={() => void found.refetch()} />}
      <Text size="xs" c="dimmed" className={classes.foot} role="status">
        {hits.length === 0 && !waiting && !found.isError ? words.none : wanted.length < 2 ? `${words.more} ${words.hint}.` : `${words.hint}.`}
      </Text>
    </Modal>
  );
}
