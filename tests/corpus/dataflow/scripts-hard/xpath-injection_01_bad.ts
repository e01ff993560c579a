import express, { Request, Response } from 'express';
import xpath from 'xpath';
import { catalogDocument } from './lib/catalog-document';

interface BookQuery {
  author: string;
  inStock: boolean;
}

abstract class Search<T> {
  protected abstract nodes(query: T): Node[];

  titles(query: T): string[] {
    return this.nodes(query).map((node) => node.textContent ?? '');
  }
}

class BookSearch extends Search<BookQuery> {
  constructor(private readonly document: Document) {
    super();
  }

  protected nodes(query: BookQuery): Node[] {
    const stock = query.inStock ? '[@stock > 0]' : '';
    const expression = xpath.parse(`/catalog/book[author = "${query.author}"]${stock}/title`);
    return expression.select({ node: this.document, variables: { author: query.author } }) as Node[];
  }
}

class BookController {
  private readonly search = new BookSearch(catalogDocument());

  list = (req: Request, res: Response): void => {
    const query: BookQuery = {
      author: String(req.query.author ?? ''),
      inStock: req.query.stock === '1',
    };
    res.json({ titles: this.search.titles(query) });
  };
}

const app = express();
app.get('/books', new BookController().list);
app.listen(3000);
