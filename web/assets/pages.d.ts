// The scripts of the pages are checked as they are, by tsconfig.pages.json. What they look for is HTML.
interface ParentNode {
  querySelector(selectors: string): HTMLElement | null;
  querySelectorAll(selectors: string): NodeListOf<HTMLElement>;
}
