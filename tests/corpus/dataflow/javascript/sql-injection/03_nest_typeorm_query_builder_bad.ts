import { Controller, Get, Injectable, Query } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository, SelectQueryBuilder } from 'typeorm';
import { Ticket } from './ticket.entity';

interface TicketFilter {
  status?: string;
  assignee?: string;
}

@Injectable()
export class TicketFinder {
  constructor(@InjectRepository(Ticket) private readonly tickets: Repository<Ticket>) {}

  find({ status, assignee }: TicketFilter): Promise<Ticket[]> {
    const builder: SelectQueryBuilder<Ticket> = this.tickets.createQueryBuilder('ticket');
    if (status) {
      builder.where('ticket.status = :status', { status });
    }
    if (assignee) {
      builder.andWhere(`ticket.assignee LIKE '${assignee}%'`, { assignee });
    }
    return builder.orderBy('ticket.createdAt', 'DESC').limit(50).getMany();
  }
}

@Controller('tickets')
export class TicketsController {
  constructor(private readonly finder: TicketFinder) {}

  @Get()
  list(@Query() query: TicketFilter): Promise<Ticket[]> {
    return this.finder.find({ ...query });
  }
}
