/** What --log.format takes: `text` is logfmt, or in a terminal the coloured lines of `terminal`. */
export const LOG_FORMATS = ['text', 'terminal', 'logfmt', 'logfmtms', 'json', 'jsonms', 'json-pretty'] as const;
