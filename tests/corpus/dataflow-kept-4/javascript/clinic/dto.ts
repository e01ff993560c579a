export interface Reading {
  patient: string;
  unit: string;
  note: string;
}

export class PatientQuery {
  readonly term: string;
  readonly ward: string;
  readonly page: number;

  constructor(source: Record<string, unknown>) {
    this.term = PatientQuery.text(source.term);
    this.ward = PatientQuery.text(source.ward);
    this.page = Math.max(1, Number.parseInt(String(source.page ?? '1'), 10) || 1);
  }

  private static text(value: unknown): string {
    return typeof value === 'string' ? value.trim().slice(0, 200) : '';
  }

  get offset(): number {
    return (this.page - 1) * 25;
  }
}

export function toReading(body: any): Reading {
  return {
    patient: String(body?.patient ?? ''),
    unit: String(body?.unit ?? ''),
    note: String(body?.note ?? ''),
  };
}
