using System.Net;
using System.Text.Json;

namespace k8s;

/// <summary>The body of a watch: lines that go on for as long as the server likes.</summary>
internal sealed class WatchContent(HttpContent content, JsonSerializerOptions json) : HttpContent
{
    public JsonSerializerOptions Json => json;

    public Task<Stream> Lines(CancellationToken cancellationToken) => content.ReadAsStreamAsync(cancellationToken);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext context) => content.CopyToAsync(stream, context);

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            content.Dispose();
        }

        base.Dispose(disposing);
    }
}
