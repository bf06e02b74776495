using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace Cli.Http;

/// <summary>
/// Talks to the gateway. Every call has a deadline; what may have been lost on the way is sent again, exactly as it was, after a growing
/// and jittered wait or after what Retry-After says.
/// </summary>
internal sealed class SchedClient : IDisposable
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    private readonly HttpClient _http;
    private readonly Uri _server;
    private readonly TimeSpan _deadline;
    private readonly TimeProvider _time;
    private readonly ResiliencePipeline<HttpResponseMessage> _pipeline;

    /// <param name="server">With a '/' at its end.</param>
    /// <param name="token">Null sends none.</param>
    /// <param name="deadline">For one call with all its retries.</param>
    /// <param name="time">The clock.</param>
    /// <param name="tries">At most so many tries of one call.</param>
    /// <param name="connections">At most so many at once.</param>
    public SchedClient(Uri server, string? token, TimeSpan deadline, TimeProvider time, int tries = 6, int connections = 16)
    {
        _server = server;
        _deadline = deadline;
        _time = time;

        // No redirects: the token is for this server. No cookies: nothing to remember.
        _http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            MaxConnectionsPerServer = connections,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            AutomaticDecompression = DecompressionMethods.All,
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        _http.DefaultRequestHeaders.UserAgent.ParseAdd("sched/1");
        if (token is not null)
        {
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        _pipeline = new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = time }
            .AddTimeout(deadline)
            .AddRetry(Retry(tries))
            .AddTimeout(TimeSpan.FromTicks(Math.Min(deadline.Ticks, TimeSpan.FromSeconds(20).Ticks)))
            .Build();
    }

    public Uri Server => _server;

    /// <exception cref="CliException">The server refused, or was not reached in time.</exception>
    public async Task<ServerAnswer> Send(SchedRequest request, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await _pipeline.ExecuteAsync(async token => await SendOnce(request, token), cancellationToken);
            var body = await response.Content.ReadAsStringAsync(cancellationToken);
            return response.IsSuccessStatusCode
                ? new ServerAnswer((int)response.StatusCode, body, response.Headers.ETag?.ToString())
                : throw Refusal.From((int)response.StatusCode, body);
        }
        catch (TimeoutRejectedException e)
        {
            throw CliException.Failure($"{_server} did not answer within {_deadline.TotalSeconds:0.#} s; check that it runs, or give more --timeout", e);
        }
        catch (HttpRequestException e)
        {
            throw CliException.Failure($"{_server} cannot be reached ({e.Message}); check --server (or SCHED_SERVER) and that the gateway runs", e);
        }
    }

    /// <summary>The stream of an answer that goes on; the caller disposes it.</summary>
    /// <exception cref="CliException">The server refused.</exception>
    /// <exception cref="HttpRequestException">It was not reached; call again.</exception>
    public async Task<HttpResponseMessage> Open(string path, string accept, string? lastEventId, CancellationToken cancellationToken)
    {
        using var message = new HttpRequestMessage(HttpMethod.Get, Resolve(path));
        message.Headers.Accept.ParseAdd(accept);
        if (lastEventId is not null)
        {
            message.Headers.TryAddWithoutValidation("Last-Event-ID", lastEventId);
        }

        var response = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            var status = (int)response.StatusCode;
            throw IsTransient(response.StatusCode)
                ? new HttpRequestException($"the server answered {status}")
                : Refusal.From(status, await response.Content.ReadAsStringAsync(cancellationToken));
        }
    }

    /// <summary>
    /// The page after <paramref name="page"/>. Only the link's query is taken: behind a proxy the server may know itself by another
    /// address, and the token goes to the one that was configured.
    /// </summary>
    public static SchedRequest Next(SchedRequest page, string nextLink)
    {
        var query = nextLink.IndexOf('?', StringComparison.Ordinal);
        return query < 0
            ? throw CliException.Failure("the server's link to the next page has no query; is --server the gateway?")
            : page with { Path = page.Path.Split('?')[0] + nextLink[query..] };
    }

    public void Dispose() => _http.Dispose();

    private static bool IsTransient(HttpStatusCode status) => status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests
        or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout;

    private Uri Resolve(string path) => new(_server, "api/v1/" + path);

    private async Task<HttpResponseMessage> SendOnce(SchedRequest request, CancellationToken cancellationToken)
    {
        using var message = new HttpRequestMessage(request.Method, Resolve(request.Path));
        message.Headers.Accept.ParseAdd("application/json");
        foreach (var (name, value) in new[] { ("Idempotency-Key", request.IdempotencyKey), ("If-Match", request.IfMatch), ("If-None-Match", request.IfNoneMatch) })
        {
            if (value is not null)
            {
                message.Headers.TryAddWithoutValidation(name, value);
            }
        }

        if (request.Body is not null)
        {
            message.Content = new StringContent(request.Body, Encoding.UTF8, "application/json");
        }

        return await _http.SendAsync(message, HttpCompletionOption.ResponseContentRead, cancellationToken);
    }

    private RetryStrategyOptions<HttpResponseMessage> Retry(int tries) => new()
    {
        MaxRetryAttempts = Math.Clamp(tries - 1, 1, int.MaxValue - 1),
        Delay = TimeSpan.FromMilliseconds(200),
        MaxDelay = LongestWait,
        BackoffType = DelayBackoffType.Exponential,
        UseJitter = true,
        ShouldHandle = new PredicateBuilder<HttpResponseMessage>()
            .Handle<HttpRequestException>().Handle<TimeoutRejectedException>().Handle<IOException>()
            .HandleResult(r => IsTransient(r.StatusCode)),
        DelayGenerator = arguments => ValueTask.FromResult(RetryAfter(arguments.Outcome.Result)),
        OnRetry = arguments =>
        {
            arguments.Outcome.Result?.Dispose();
            return ValueTask.CompletedTask;
        },
    };

    /// <summary>What the server asks for, at least; null when it asks for nothing, or for no wait at all. The deadline still ends the call.</summary>
    private TimeSpan? RetryAfter(HttpResponseMessage? response) => response?.Headers.RetryAfter switch
    {
        { Delta: { } delta } when delta > TimeSpan.Zero => delta,
        { Date: { } date } when date > _time.GetUtcNow() => date - _time.GetUtcNow(),
        _ => null,
    };
}
