import { Body, Controller, Get, Post } from '@nestjs/common';

interface Vote {
  poll: string;
  option: string;
  weight: string;
}

class Tally {
  private readonly polls: Record<string, Record<string, string>> = {};

  record({ poll, option, weight }: Vote): void {
    const options = this.polls[poll] ?? (this.polls[poll] = {});
    options[option] = weight;
  }

  all(): Array<[string, Record<string, string>]> {
    return Object.entries(this.polls);
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
