using Grains;
using Grains.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Silo.Clustering;

namespace Silo.Hosting;

/// <summary>
/// Looks, again and again, whether this silo works: it is a member, a grain on it answers, its pools get on, and its storage can be read. It takes calls only while all of that comes
/// in time. What comes late keeps it alive all the same: a busy silo does everything late, a wedged one does nothing more.
/// </summary>
internal sealed partial class SiloVitality(
    ISiloHealth health, TurnWatch turns, IJobIndex storage, IOptions<SiloOptions> options, TimeProvider time, ILogger<SiloVitality> logger) : BackgroundService, ISiloVitality
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LookWithin = TimeSpan.FromSeconds(5);

    /// <summary>The longest honest turn is a pool's that sees 100,000 nodes for the first time.</summary>
    private static readonly TimeSpan TurnWithin = TimeSpan.FromSeconds(10);

    /// <summary>A look that is older than this says nothing of now.</summary>
    private static readonly TimeSpan Stale = 2 * (LookWithin + LookEvery);

    private readonly Mark _looked = new(time);
    private readonly Mark _member = new(time);
    private readonly Mark _read = new(time);
    private volatile string? _fault = "it has just started";
    private volatile string _unread = "the storage was not read";
    private Task? _reading;

    public string? Fault => _looked.Age is var age && age > Stale ? $"nothing moves in it for {age.TotalSeconds:0} s" : _fault;

    public string? Dead
    {
        get
        {
            (string Why, TimeSpan For)[] signs =
            [
                ("nothing moves in it", _looked.Age),
                (health.Standing ?? "it has just become a member again", _member.Age),
                ("it runs no turn of a grain", health.SinceTurn),
                (_unread, _read.Age),
            ];
            return signs.Where(s => s.For > options.Value.WedgedAfter).Select(s => $"{s.Why}, for {s.For.TotalSeconds:0} s").FirstOrDefault() ?? turns.Stuck(options.Value.WedgedAfter);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        foreach (var mark in new[] { _looked, _member, _read })
            mark.Now();
        using var timer = new PeriodicTimer(LookEvery, time);
        try
        {
            do
            {
                var fault = await Look(stoppingToken);
                if (fault is not null && Kind(fault) != Kind(_fault))
                    LogNotWell(logger, fault);
                _fault = fault;
                _looked.Now();
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            _fault = "it is stopping";
        }
    }

    /// <summary>Without how long it has been so: each kind is told once.</summary>
    private static string? Kind(string? fault) => fault?.Split(" for ", 2)[0];

    private async Task<string?> Look(CancellationToken stoppingToken)
    {
        if (health.Standing is null)
            _member.Now();
        var (fault, unread) = (await Answers(stoppingToken), await Reads(stoppingToken));
        return fault ?? turns.Stuck(TurnWithin) ?? unread;
    }

    private async Task<string?> Answers(CancellationToken stoppingToken)
    {
        try
        {
            return await health.Fault(stoppingToken).WaitAsync(LookWithin, time, stoppingToken);
        }
        catch (TimeoutException e)
        {
            return $"no grain answers here: {e.Message}";
        }
    }

    /// <summary>A read that was not answered yet is not asked for again.</summary>
    private async Task<string?> Reads(CancellationToken stoppingToken)
    {
        try
        {
            await (_reading ??= storage.Get([], stoppingToken)).WaitAsync(LookWithin, time, stoppingToken);
            _reading = null;
            _read.Now();
            return null;
        }
        catch (TimeoutException) when (_reading is { IsCompleted: false })
        {
            return _unread = "the storage does not answer";
        }
        catch (Exception e) when (!stoppingToken.IsCancellationRequested)
        {
            _reading = null;
            return _unread = $"the storage cannot be read: {e.Message}";
        }
    }

    [LoggerMessage(640, LogLevel.Warning, "This silo is not well: {Fault}")]
    private static partial void LogNotWell(ILogger log, string fault);

    /// <summary>When something was last so.</summary>
    private sealed class Mark(TimeProvider time)
    {
        private long _at = time.GetTimestamp();

        public TimeSpan Age => time.GetElapsedTime(Interlocked.Read(ref _at));

        public void Now() => Interlocked.Exchange(ref _at, time.GetTimestamp());
    }
}
