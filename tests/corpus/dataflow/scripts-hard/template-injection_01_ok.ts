import express, { Request, Response } from 'express';
import nunjucks from 'nunjucks';
import { Letter, Outbox } from './lib/outbox';

interface Feedback {
  topic: string;
  message: string;
  rating: number;
}

class LetterWriter {
  private readonly environment = new nunjucks.Environment(null, { trimBlocks: true });
  private readonly lines: string[] = ['Rating: {{ rating }}/5', ''];

  line(text: string): this {
    this.lines.push(text);
    return this;
  }

  write(context: Record<string, unknown>): Letter {
    const text = this.environment.renderString(this.lines.join('\n'), context);
    return { subject: 'New feedback', text };
  }
}

class FeedbackService {
  constructor(private readonly outbox: Outbox) {}

  async submit(feedback: Feedback): Promise<void> {
    const writer = new LetterWriter()
      .line('Topic: {{ topic }}')
      .line('{{ message }}');
    const { topic, message, rating } = feedback;
    await this.outbox.deliver(writer.write({ topic, message, rating }));
  }
}

const service = new FeedbackService(new Outbox());
const app = express();

app.post('/feedback', express.urlencoded({ extended: false }), async (req: Request, res: Response) => {
  await service.submit({
    topic: String(req.body.topic),
    message: String(req.body.message),
    rating: Number(req.body.rating) || 0,
  });
  res.status(202).json({ accepted: true });
});

app.listen(3000);
