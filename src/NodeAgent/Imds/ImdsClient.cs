using System.Net.Http.Json;
using System.Text.Json;

namespace NodeAgent.Imds;

/// <summary>The machine's metadata service. It answers only on the machine itself, and never by way of a proxy.</summary>
internal sealed class ImdsClient : IDisposable
{
    private const string EventsPath = "metadata/scheduledevents?api-version=2020-07-01";
    private const string ComputePath = "metadata/instance/compute?api-version=2021-02-01&format=json";
    private const int MostBytes = 1024 * 1024;

    /// <summary>The first question after a machine's start switches its events on, and may take two minutes.</summary>
    private static readonly TimeSpan s_firstAnswer = TimeSpan.FromSeconds(150);

    private readonly HttpClient _http;

    public ImdsClient(Uri? address)
    {
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, MaxConnectionsPerServer = 1 })
        {
            BaseAddress = address, Timeout = s_firstAnswer, MaxResponseContentBufferSize = MostBytes,
        };
        _http.DefaultRequestHeaders.Add("Metadata", "true");
    }

    /// <exception cref="ImdsException">It did not answer, or not with what it should.</exception>
    public Task<ComputeDocument> Compute(CancellationToken cancellationToken) => Asked(async () =>
        await _http.GetFromJsonAsync(ComputePath, ImdsJson.Default.ComputeDocument, cancellationToken), cancellationToken);

    /// <exception cref="ImdsException">It did not answer, or not with what it should.</exception>
    public Task<EventDocument> Events(CancellationToken cancellationToken) => Asked(async () =>
        await _http.GetFromJsonAsync(EventsPath, ImdsJson.Default.EventDocument, cancellationToken), cancellationToken);

    /// <summary>These may happen now. Repeatable: one that has begun, or is over, is passed over.</summary>
    /// <exception cref="ImdsException">It did not answer, or not with what it should.</exception>
    public Task Start(IEnumerable<string> events, CancellationToken cancellationToken) => Asked(async () =>
    {
        var body = new StartDocument { Requests = [.. events.Select(e => new StartRequest { Id = e })] };

        // With its length in front: the service takes no chunks.
        using var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body, ImdsJson.Default.StartDocument));
        content.Headers.ContentType = new("application/json");
        using var answer = await _http.PostAsync(EventsPath, content, cancellationToken);
        answer.EnsureSuccessStatusCode();
        return body;
    }, cancellationToken);

    public void Dispose() => _http.Dispose();

    private static async Task<T> Asked<T>(Func<Task<T?>> ask, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            return await ask() ?? throw new ImdsException("an empty answer");
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or NotSupportedException or IOException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new ImdsException(e.Message, e);
        }
    }
}

/// <summary>The metadata service could not be asked. It is asked again.</summary>
internal sealed class ImdsException(string message, Exception? inner = null) : Exception(message, inner);
