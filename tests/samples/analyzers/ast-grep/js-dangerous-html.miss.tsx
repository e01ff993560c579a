export const Post = ({ body }: Props) => <div dangerouslySetInnerHTML={{ __html: DOMPurify.sanitize(body) }} />;
