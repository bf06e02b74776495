using Gateway.Api;
using Gateway.Calls;
using Gateway.Http;
using Grains.Storage;
using Silo.Clustering;
using Silo.Hosting;

namespace Gateway.Health;

/// <summary>/healthz/live: the process runs, and its silo, if it has one, is not wedged. /healthz/ready: storage takes writes, the silo answers, and so does a pool where there is one.</summary>
internal static class HealthApi
{
    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/healthz/live", Live).WithName("GetLiveness").WithTags("Health")
            .WithSummary("The process runs").AllowAnonymous().WithMetadata(Unlimited.Instance);
        app.MapGet("/healthz/ready", Ready).WithName("GetReadiness").WithTags("Health")
            .WithSummary("Ready to take jobs").Produces<string>(200, "text/plain").Produces<string>(503, "text/plain").AllowAnonymous().WithMetadata(Unlimited.Instance);
    }

    private static IResult Live(HttpContext context) =>
        context.RequestServices.GetService<ISiloVitality>()?.Dead is { } dead
            ? TypedResults.Text($"not live: {dead}", statusCode: StatusCodes.Status503ServiceUnavailable)
            : TypedResults.Text("live");

    /// <summary>A part that is degraded is told, and takes nobody out of service: jobs are taken all the same.</summary>
    private static async Task<IResult> Ready(HttpContext context, Readiness readiness, IEnumerable<IHealthNote> notes) =>
        await readiness.Fault(context.RequestAborted) is { } fault
            ? TypedResults.Text($"not ready: {fault}", statusCode: StatusCodes.Status503ServiceUnavailable)
            : TypedResults.Text(string.Join('\n', notes.Select(n => n.Note).OfType<string>().Select(n => "degraded: " + n).Prepend("ready")));
}

/// <summary>Looks whether jobs can be taken; at most once a second, however many probes ask.</summary>
public sealed partial class Readiness(
    IJournalStore journals, KnownPools directory, PoolReader pools, TimeProvider time, ILogger<Readiness> logger, ISiloHealth? silo = null) : IDisposable
{
    private const string Stream = "gateway-readiness";
    private static readonly TimeSpan s_maxAge = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _one = new(1);
    private string? _fault;
    private long? _at;

    /// <summary>Null when ready; otherwise which part is not, without saying more to strangers.</summary>
    public async Task<string?> Fault(CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            if (_at is not { } at || time.GetElapsedTime(at) >= s_maxAge)
            {
                _fault = await Look(cancellationToken);
                _at = time.GetTimestamp();
            }

            return _fault;
        }
        finally
        {
            _one.Release();
        }
    }

    private async Task<string?> Look(CancellationToken cancellationToken)
    {
        var part = "storage";
        try
        {
            // A snapshot replaces itself, so probing leaves nothing behind.
            var contents = await journals.Read(Stream, cancellationToken);
            await journals.WriteSnapshot(Stream, contents.Position, "ready"u8.ToArray(), cancellationToken: cancellationToken);
            part = "silo";
            if (silo is not null && await silo.Fault(cancellationToken) is { } fault)
            {
                LogSilo(fault);
                return part;
            }

            var known = (await directory.Get(cancellationToken)).Pools;
            part = "pools";
            if (!known.IsEmpty)
                await pools.Read(known[0], cancellationToken);
            return null;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            LogNotReady(part, e);
            return part;
        }
    }

    public void Dispose() => _one.Dispose();

    [LoggerMessage(1202, LogLevel.Warning, "Not ready: {Fault}")]
    private partial void LogSilo(string fault);

    [LoggerMessage(1201, LogLevel.Warning, "Not ready: {Part}")]
    private partial void LogNotReady(string part, Exception exception);
}
