import libxmljs from 'libxmljs2';

export interface ReadOptions {
  noent: boolean;
  dtdload: boolean;
  noblanks: boolean;
  nonet: boolean;
}

const DEFAULTS: ReadOptions = { noent: false, dtdload: false, noblanks: true, nonet: true };

export class XmlReader {
  private readonly options: ReadOptions;

  constructor(options: Partial<ReadOptions> = {}) {
    this.options = { ...DEFAULTS, ...options };
  }

  document(text: string): libxmljs.Document {
    return libxmljs.parseXml(text, this.options as libxmljs.ParserOptions);
  }
}
