using Grains;
using Grains.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Silo.Clustering;

namespace Silo.Hosting;

/// <summary>
/// Looks, again and again, whether this silo works: it is a member, a grain on it answers, its pools get on, and its storage can be read. Probes are told what the
/// last look came to, and how long ago that was: a loop that hangs is a silo that hangs.
/// </summary>
internal sealed partial class SiloVitality(
    ISiloHealth health, TurnWatch turns, IJobIndex storage, IOptions<SiloOptions> options, TimeProvider time, ILogger<SiloVitality> logger) : BackgroundService, ISiloVitality
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LookWithin = TimeSpan.FromSeconds(5);

    /// <summary>The longest honest turn is a pool's that sees 100,000 nodes for the first time.</summary>
    private static readonly TimeSpan TurnWithin = TimeSpan.FromSeconds(10);

    /// <summary>A look that is older than this says nothing of now.</summary>
    private static readonly TimeSpan Stale = LookWithin + 2 * LookEvery;

    private long _wellAt = time.GetTimestamp();
    private long _lookedAt = time.GetTimestamp();
    private volatile string? _fault = "it has just started";

    public string? Fault => time.GetElapsedTime(Interlocked.Read(ref _lookedAt)) is var age && age > Stale ? $"nothing moves in it for {age.TotalSeconds:0} s" : _fault;

    public string? Dead =>
        time.GetElapsedTime(Interlocked.Read(ref _wellAt)) is var ill && ill > options.Value.WedgedAfter ? $"{Fault ?? "it has just recovered"}, for {ill.TotalSeconds:0} s" : null;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(LookEvery, time);
        try
        {
            do
            {
                var fault = await Look(stoppingToken);
                if (fault != _fault && fault is not null)
                    LogNotWell(logger, fault);
                _fault = fault;
                var now = time.GetTimestamp();
                Interlocked.Exchange(ref _lookedAt, now);
                if (fault is null)
                    Interlocked.Exchange(ref _wellAt, now);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            _fault = "it is stopping";
        }
    }

    private async Task<string?> Look(CancellationToken stoppingToken)
    {
        try
        {
            if (await health.Fault(stoppingToken).WaitAsync(LookWithin, time, stoppingToken) is { } fault)
                return fault;
            if (turns.Stuck(TurnWithin) is { } stuck)
                return stuck;
            await storage.Get([], stoppingToken).WaitAsync(LookWithin, time, stoppingToken);
            return null;
        }
        catch (Exception e) when (e is TimeoutException or StorageException or IOException)
        {
            return $"the storage cannot be read: {e.Message}";
        }
    }

    [LoggerMessage(640, LogLevel.Warning, "This silo is not well: {Fault}")]
    private static partial void LogNotWell(ILogger log, string fault);
}
