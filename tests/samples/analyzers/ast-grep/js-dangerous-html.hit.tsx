export const Post = ({ body }: Props) => <div dangerouslySetInnerHTML={{ __html: body }} />;
