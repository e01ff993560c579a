import express, { type NextFunction, type Request, type Response } from 'express';
import _ from 'lodash';
import { toReading, type Reading } from './clinic/dto';
import { sendText } from './clinic/mailer';

const app = express();
app.use(express.json());

const HEAD = 'Reading for <%= patient %> (<%= unit %>)';

function compose(reading: Reading): string {
  const note = reading.note.replace(/<%|%>/g, '').trim();
  const source = [HEAD, 'Received <%= at %>', '', '<%= note %>'].join('\n');
  const render = _.template(source);
  return render({ ...reading, note, at: new Date().toISOString() });
}

function complete(reading: Reading): boolean {
  return Object.values(reading).every((part) => part.length > 0 && part.length < 2000);
}

app.post('/readings', async (req: Request, res: Response, next: NextFunction) => {
  const reading = toReading(req.body);
  if (!complete(reading)) {
    res.status(422).json({ error: 'reading not complete' });
    return;
  }
  try {
    await sendText('New reading', compose(reading));
    res.status(202).json({ accepted: true });
  } catch (err) {
    next(err);
  }
});

app.listen(3000);
