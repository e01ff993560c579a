import React, { useEffect, useState } from 'react';

interface Props {
  catalogue: Document;
}

function titles(catalogue: Document, topic: string): string[] {
  const found = catalogue.evaluate(
    `//book[@visible='yes']/title`,
    catalogue,
    null,
    XPathResult.ORDERED_NODE_SNAPSHOT_TYPE,
    null,
  );
  return Array.from({ length: found.snapshotLength }, (_, i) => found.snapshotItem(i) as Element)
    .filter((node) => node.parentElement?.querySelector('topic')?.textContent === topic)
    .map((node) => node.textContent ?? '');
}

export function TopicList({ catalogue }: Props): JSX.Element {
  const [items, setItems] = useState<string[]>([]);

  useEffect(() => {
    const params = new URLSearchParams(window.location.search);
    const topic = params.get('topic') ?? 'general';
    setItems(titles(catalogue, topic));
  }, [catalogue]);

  return (
    <ul className="topics">
      {items.map((title) => (
        <li key={title}>{title}</li>
      ))}
    </ul>
  );
}
