using System.Collections.Immutable;
using Grains.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Concurrency;
using Scheduling;
using Scheduling.Explain;
using Scheduling.Jobs;
using Scheduling.Model;
using Scheduling.Pools;

namespace Grains.Pools;

/// <summary>
/// The shell of one pool. Reentrant: turns only touch the machine and hand entries to the journal; all waiting for others
/// happens in <see cref="PoolRounds"/>. Nothing is answered or sent before the entries it stands on are durable.
/// </summary>
[Reentrant]
[GrainType("pool")]
internal sealed partial class PoolGrain(
    IJournalStore store, IJobIndex jobs, IGrainFactory grains, IOptions<PoolOptions> options, PoolInstruments instruments, TurnWatch watch, TimeProvider time,
    ILogger<PoolGrain> log)
    : Grain, IPoolGrain
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);
    private const int LargestPage = 1000;

    private PoolCore _core = null!;
    private PoolQuota _quota = null!;
    private PoolRounds _rounds = null!;
    private IDisposable? _watched;

    /// <summary>For tests, which look into it between turns.</summary>
    internal PoolMachine Machine => _core.Machine;

    /// <summary>Its racks were seen, and promises have taken their capacity again.</summary>
    internal bool IsAttached => _core.IsAttached;

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var pool = new PoolId(this.GetPrimaryKeyString());
        _core = await PoolCore.Open(pool, store, options.Value, time, log, DeactivateOnIdle, cancellationToken);
        _core.JournalLost = () => instruments.OnJournalLost("pool");
        _quota = new PoolQuota(_core, grains, log);
        _rounds = new PoolRounds(_core, _quota, grains, jobs, instruments, log);
        _watched = watch.Watch($"pool {pool.Value}");
        this.RegisterGrainTimer(_rounds.Retry, options.Value.RetryPeriod, options.Value.RetryPeriod);

        // Racks are asked only after this activation answers calls: a rack may be waiting for it in a turn of its own.
        _rounds.Start();
        await base.OnActivateAsync(cancellationToken);
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _watched?.Dispose();
        return base.OnDeactivateAsync(reason, cancellationToken);
    }

    public async Task<Answer> Enqueue(EnqueueJob command)
    {
        if (_core.Tell().Enqueue(command.Attempt, command.Spec, command.SubmittedAt) is { } limit)
        {
            return Answer.Of(Outcome.LimitReached, limit);
        }

        await _core.Flush();
        _rounds.Kick();
        return Answer.Done(0);
    }

    public async Task Ended(AttemptId attempt)
    {
        _core.Tell().End(attempt);
        await _core.Flush();
        _rounds.Kick();
    }

    public async Task Stop(AttemptId attempt)
    {
        if (_core.Tell().Stop(attempt))
        {
            await _core.Flush();
            if (Machine.Find(attempt) is { Stage: AttemptStage.Running } running)
            {
                _core.Feed.Add(running, Machine.Epoch, AssignmentWish.Stop);
            }
        }
    }

    public async Task Checkpoint(AttemptId attempt, DateTimeOffset? stopAt)
    {
        if (Machine.Checkpoint(attempt, stopAt))
        {
            await _core.Flush();
            if (Machine.Find(attempt) is { Stage: AttemptStage.Running, StopWanted: false } running)
            {
                _core.Feed.Add(running, Machine.Epoch, AssignmentFeed.WishOf(running));
            }
        }
    }

    public Task LeaveNode(AttemptId attempt, NodeId node)
    {
        if (Machine.Find(attempt) is { Stage: AttemptStage.Running, StopWanted: false } running && !running.Leaving.Contains(node))
        {
            running.Leaving = running.Leaving.Add(node);
            _core.Feed.Add(running, Machine.Epoch, AssignmentFeed.WishOf(running));
        }

        return Task.CompletedTask;
    }

    public Task Checkpointed(AttemptId attempt, DateTimeOffset at)
    {
        Machine.Checkpointed(attempt, at);
        return Task.CompletedTask;
    }

    public Task RackChanged(RackView view)
    {
        _rounds.SeeRack(view);

        // Until that is durable the rack goes on telling: a rack that no journal names is asked by nobody.
        return _core.Flush();
    }

    public Task QuotaFreed(ImmutableArray<QuotaPath> paths)
    {
        foreach (var path in paths)
        {
            Machine.QuotaFreed(path);
        }

        _rounds.Kick();
        return Task.CompletedTask;
    }

    public Task<JobExplanation?> Explain(Caller caller, JobId job) =>
        Task.FromResult(Machine.FindJob(job) is { } attempt && caller.MaySee(attempt.Spec.Tenant) ? _core.Tell().Explain(job, caller.MaySee) : null);

    public Task<PoolView> GetView() => Task.FromResult(_core.ToView(_rounds.Audits));

    public Task<ImmutableArray<RackId>> ListRacks(string? after, int limit) => Task.FromResult<ImmutableArray<RackId>>(
    [
        .. Machine.KnownRacks.Where(r => after is null || string.CompareOrdinal(r.Value, after) > 0).OrderBy(r => r.Value, StringComparer.Ordinal)
            .Where(r => Machine.FindRack(r) is { Spec.Nodes.IsEmpty: false }).Take(Math.Clamp(limit, 1, LargestPage)),
    ]);

    public Task<AssignmentPage> ListAssignments(JobId? after, int limit)
    {
        var items = Machine.AttemptsAfter(after).Where(a => a.Stage == AttemptStage.Running).Take(Math.Clamp(limit, 1, LargestPage))
            .Select(a => AssignmentFeed.ToAssignment(a, Machine.Epoch, AssignmentFeed.WishOf(a))).ToImmutableArray();
        return Task.FromResult(new AssignmentPage
        {
            Items = items,
            Version = _core.Feed.Version,
            Next = items.Length == Math.Clamp(limit, 1, LargestPage) ? items[^1].Attempt.Job : null,
        });
    }

    public async Task<AssignmentPage?> WatchAssignments(long version, TimeSpan wait)
    {
        if (version == _core.Feed.Version && wait > TimeSpan.Zero)
        {
            await WaitFor(_core.Feed.Moved, wait);
        }

        return _core.Feed.After(version);
    }

    private async Task WaitFor(Task moved, TimeSpan wait)
    {
        using var enough = new CancellationTokenSource();
        await Task.WhenAny(moved, Task.Delay(wait < LongestWait ? wait : LongestWait, time, enough.Token));
#pragma warning disable VSTHRD103 // CancelAsync would go on upon the thread pool, and all that is cancelled here is a delay.
        enough.Cancel();
#pragma warning restore VSTHRD103

        // What else this turn changes goes into the same answer.
        await Task.Yield();
    }

    public Task<ImmutableArray<JobId>> Disagree(ImmutableArray<JobIndexRow> rows) =>
        Task.FromResult<ImmutableArray<JobId>>([.. rows.Where(r => Disagrees(r) && Guards.Hold(Guard.LevelsCompared)).Select(r => r.Job)]);

    public Task<ImmutableArray<AttemptId>> ListLive(JobId? after, int limit) =>
        Task.FromResult<ImmutableArray<AttemptId>>([.. Machine.AttemptsAfter(after).Take(Math.Clamp(limit, 1, LargestPage)).Select(a => a.Id)]);

    public Task<int> CountPending(TenantId tenant) => Task.FromResult(Machine.CountPending(tenant));

    public Task<PoolAudit> Audit() => _rounds.Audit();

    private bool Disagrees(JobIndexRow row)
    {
        var newest = Machine.FindJob(row.Job);
        return Enum.Parse<JobPhase>(row.Phase) switch
        {
            _ when row.Held => newest is { EndWanted: false },
            JobPhase.Pending => newest is null || newest.Id.Number < row.Attempt,
            JobPhase.Starting or JobPhase.Running => false,
            JobPhase.Stopping => newest is { StopWanted: false, EndWanted: false } && newest.Id.Number == row.Attempt,
            _ => newest is { EndWanted: false } && newest.Id.Number <= row.Attempt,
        };
    }
}
