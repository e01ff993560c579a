import { Controller, Get, Injectable, Module, Query } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { DataSource } from 'typeorm';
import { PatientQuery } from './clinic/dto';
import { Patient } from './clinic/entities';

@Injectable()
export class PatientService {
  constructor(private readonly source: DataSource) {}

  async search(query: PatientQuery): Promise<Patient[]> {
    const builder = this.source
      .getRepository(Patient)
      .createQueryBuilder('p')
      .select(['p.id', 'p.familyName', 'p.ward'])
      .where('p.discharged = false');

    if (query.ward) {
      builder.andWhere('p.ward = :ward', { ward: query.ward });
    }
    if (query.term) {
      const pattern = `%${query.term.toLowerCase()}%`;
      builder.andWhere('LOWER(p.familyName) LIKE :pattern', { pattern });
    }
    return builder.orderBy('p.familyName', 'ASC').skip(query.offset).take(25).getMany();
  }
}

@Controller('patients')
export class PatientController {
  constructor(private readonly patients: PatientService) {}

  @Get()
  async list(@Query() raw: Record<string, unknown>) {
    const query = new PatientQuery(raw);
    const found = await this.patients.search(query);
    return { page: query.page, found };
  }
}

@Module({
  controllers: [PatientController],
  providers: [
    PatientService,
    {
      provide: DataSource,
      useFactory: () =>
        new DataSource({ type: 'postgres', url: process.env.DATABASE_URL, entities: [Patient] }).initialize(),
    },
  ],
})
export class PatientModule {}

NestFactory.create(PatientModule).then((app) => app.listen(3000));
