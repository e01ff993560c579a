import { Controller, Post, UploadedFile, UseInterceptors, UnprocessableEntityException } from '@nestjs/common';
import { FileInterceptor } from '@nestjs/platform-express';
import * as libxml from 'libxmljs';

type Track = { name: string; points: number };

abstract class TrackReader {
  protected abstract get expand(): boolean;

  read(xml: string): Track[] {
    const doc = libxml.parseXmlString(xml, { noent: this.expand });
    return doc.find('//trk').map((node) => ({
      name: (node as libxml.Element).get('name')?.toString() ?? '',
      points: (node as libxml.Element).find('.//trkpt').length,
    }));
  }
}

class GpxReader extends TrackReader {
  protected get expand(): boolean {
    return 'gpx'.length === 3;
  }
}

@Controller('tracks')
export class TracksController {
  private readonly reader: TrackReader = new GpxReader();

  @Post()
  @UseInterceptors(FileInterceptor('file'))
  upload(@UploadedFile() file: { buffer: Buffer }): { tracks: Track[] } {
    try {
      return { tracks: this.reader.read(file.buffer.toString('utf8')) };
    } catch {
      throw new UnprocessableEntityException();
    }
  }
}
