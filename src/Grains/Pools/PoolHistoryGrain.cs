using Grains.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Concurrency;
using Scheduling.Model;
using Scheduling.Replay;

namespace Grains.Pools;

/// <summary>The shell around <see cref="PoolReplayRun"/>. One run at a time; its background work is on this grain's scheduler.</summary>
[Reentrant]
[GrainType("poolhistory")]
internal sealed class PoolHistoryGrain(
    IJournalStore store, ReplayGate gate, IOptions<PoolOptions> options, PoolInstruments instruments, TimeProvider time, ILogger<PoolHistoryGrain> log)
    : Grain, IPoolHistoryGrain
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);

    private PoolReplayRun? _run;
    private PoolReplayRun? _check;
    private DateTimeOffset? _checkedAt;

    private PoolId Pool => new(this.GetPrimaryKeyString());

    public async Task<PoolReplayView> Replay(DateTimeOffset? from, DateTimeOffset? to, TimeSpan wait)
    {
        if (_run is { End.IsCompleted: false } other && !other.Is(from, to))
        {
            return new PoolReplayView { Done = true, Problem = "another replay of this pool is under way; ask again when it has ended" };
        }

        if (_run is null || !_run.Is(from, to))
        {
            _run = Begin(from, to);
        }

        var run = _run;
        try
        {
            var view = await run.End.WaitAsync(wait < LongestWait ? wait : LongestWait, time);

            // It is told once: who asks again wants to know how things are then.
            _run = ReferenceEquals(_run, run) ? null : _run;
            return view;
        }
        catch (TimeoutException) when (!run.End.IsCompleted)
        {
            return run.View;
        }
    }

    public Task CheckLately()
    {
        var now = time.GetUtcNow();
        var every = options.Value.History.CheckEvery;
        if (every > TimeSpan.Zero && options.Value.History.MaxAge > TimeSpan.Zero && now - (_checkedAt ?? DateTimeOffset.MinValue) >= every && _check is null)
        {
            _checkedAt = now;
            _check = Begin(now - every, null);
            _ = Tell(_check);
        }

        return Task.CompletedTask;
    }

    private PoolReplayRun Begin(DateTimeOffset? from, DateTimeOffset? to)
    {
        var run = new PoolReplayRun(Pool, from, to, store, gate, time);
        run.Start();
        return run;
    }

    private async Task Tell(PoolReplayRun run)
    {
        try
        {
            var view = await run.End;
            if (view.Report is { } report)
            {
                instruments.OnReplay(Pool.Value, report);
                if (report.Verdict == ReplayVerdict.Different)
                {
                    GrainLog.ReplayDiffers(log, Pool.Value, report.First!.ToString());
                }
            }
            else
            {
                GrainLog.ReplayFailed(log, null, Pool.Value, view.Problem!);
            }
        }
        catch (Exception e)
        {
            GrainLog.ReplayFailed(log, e, Pool.Value, e.Message);
        }
        finally
        {
            _check = null;
        }
    }
}
