import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

@Entity('patients')
export class Patient {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column({ name: 'family_name' })
  familyName!: string;

  @Column()
  ward!: string;

  @Column({ default: false })
  discharged!: boolean;
}
