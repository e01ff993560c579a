import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

@Entity('users')
export class User {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column()
  email!: string;

  @Column({ select: false })
  passwordHash!: string;

  @Column({ default: false })
  mustChange!: boolean;
}
