import { Body, Controller, Get, Post } from '@nestjs/common';

interface Vote {
  poll: string;
  option: string;
  weight: string;
}

class Tally {
  private readonly polls = new Map<string, Map<string, string>>();

  record({ poll, option, weight }: Vote): void {
    const options = this.polls.get(poll) ?? new Map<string, string>();
    this.polls.set(poll, options.set(option, weight));
  }

  all(): Array<[string, Array<[string, string]>]> {
    return [...this.polls].map(([poll, options]) => [poll, [...options]]);
  }
}

@Controller('votes')
export class VotesController {
  private readonly tally = new Tally();

  @Post()
  vote(@Body() vote: Vote): { stored: boolean } {
    this.tally.record(vote);
    return { stored: true };
  }

  @Get()
  results() {
    return this.tally.all();
  }
}
