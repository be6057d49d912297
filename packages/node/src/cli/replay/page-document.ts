// The part of the browser's document that the page of a replay uses. This package is not compiled
// with the types of browsers.

export interface PageElement {
  textContent: string | null;
  className: string;
  id: string;
  open?: boolean;
  append(...children: readonly (PageElement | string)[]): void;
  setAttribute(name: string, value: string): void;
}

export interface PageDocument {
  title: string;
  createElement(tag: string): PageElement;
  getElementById(id: string): PageElement | null;
}
