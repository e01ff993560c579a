import axios, { AxiosInstance } from 'axios';

export interface Preview {
  status: number;
  length: number;
  text: string;
}

export class PageReader {
  private readonly http: AxiosInstance = axios.create({
    maxRedirects: 0,
    timeout: 4000,
    responseType: 'text',
    validateStatus: () => true,
  });

  async read(url: string): Promise<Preview> {
    const response = await this.http.get<string>(url);
    return { status: response.status, length: response.data.length, text: response.data.slice(0, 400) };
  }
}
