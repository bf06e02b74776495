using System.Collections.Immutable;
using Grains.Storage;
using Microsoft.Extensions.Logging;
using Scheduling;
using Scheduling.Ledger;
using Scheduling.Model;
using Scheduling.Pools;

namespace Grains.Pools;

/// <summary>A pool's machine with its journal: what one activation owns.</summary>
internal sealed class PoolCore
{
    /// <summary>A crash loses at most so much of where GPU time went.</summary>
    private static readonly TimeSpan SaveLedgerEvery = TimeSpan.FromMinutes(1);

    private readonly JournalWriter<PoolEntry, PoolSnapshot> _journal;
    private readonly Action _deactivate;
    private readonly ILogger _log;
    private readonly long _began;
    private readonly SteadyClock _clock;
    private long _toldAt;
    private long _ledgerSavedAt;
    private Task? _nextFlush;

    private PoolCore(PoolMachine machine, JournalWriter<PoolEntry, PoolSnapshot> journal, PoolOptions options, TimeProvider time, ILogger log, Action deactivate)
    {
        Machine = machine;
        _journal = journal;
        Options = options;
        Time = time;
        _log = log;
        _deactivate = deactivate;
        _began = _toldAt = time.GetTimestamp();
        _clock = new SteadyClock(machine.Now);
        Feed = new AssignmentFeed(machine.Epoch << 40, options.FeedLength);
        Demand = new DemandSignal(machine.Epoch << 40);
    }

    /// <summary>The machine. Turns that change it take it from <see cref="Tell"/>, so that it knows the time.</summary>
    public PoolMachine Machine { get; }

    /// <summary>
    /// Tells the machine the time, and answers it. The journal may know of a later time than this silo's clock says, written where the clock was ahead:
    /// it passes all the same.
    /// </summary>
    public PoolMachine Tell()
    {
        var at = Time.GetTimestamp();
        var passed = Time.GetElapsedTime(_toldAt, at);
        _toldAt = at;
        Machine.Advance(_clock.Tell(Time.GetUtcNow(), passed));
        return Machine;
    }

    public PoolOptions Options { get; }

    public TimeProvider Time { get; }

    public AssignmentFeed Feed { get; }

    public DemandSignal Demand { get; }

    /// <summary>Reads the journal back and takes over under a new epoch; from that append on, every older activation is fenced off.</summary>
    public static async Task<PoolCore> Open(
        PoolId pool, IJournalStore store, PoolOptions options, TimeProvider time, ILogger log, Action deactivate, CancellationToken cancellationToken)
    {
        var machine = new PoolMachine(pool, options.Limits, options.Policy, options.PlacementPolicy);
        var journal = await JournalWriter<PoolEntry, PoolSnapshot>.OpenAsync(
            store, StreamOf(pool), machine.Restore, machine.Replay, new JournalOptions { MinEntries = options.SnapshotAfter }, cancellationToken);
        machine.BeginEpoch(time.GetUtcNow(), journal.OpenedFrom);
        var core = new PoolCore(machine, journal, options, time, log, deactivate);
        await core.Flush();
        GrainLog.EpochBegan(log, pool.Value, machine.Epoch, machine.Pending, machine.Placing, machine.Running, machine.KnownRacks.Count);
        return core;
    }

    /// <summary>The name of a pool's journal.</summary>
    public static string StreamOf(PoolId pool) => $"pool/{pool.Value}";

    /// <summary>
    /// Makes every entry made so far durable. Turns that are queued behind this one join the same append:
    /// that is what turns a thousand enqueues into a few writes.
    /// </summary>
    public Task Flush() => _nextFlush ??= FlushSoon();

    private async Task FlushSoon()
    {
        await Task.Yield();
        _nextFlush = null;
        Account();
        TellMoves();
        try
        {
            var append = _journal.AppendAsync(Machine.TakeEntries());
            if (_journal.WantsSnapshot)
            {
                // Taken in the same breath as the entries: the state is exactly what the journal's position stands for.
                Snapshot(_journal.SnapshotAsync(Machine.ToSnapshot(), Kept()));
            }

            await append;
        }
        catch (Exception e)
        {
            // What is in memory is ahead of what is stored: this activation must not act on it.
            GrainLog.JournalLost(_log, e, Machine.Pool.Value);
            JournalLost();
            _deactivate();
            throw;
        }
    }

    /// <summary>Whoever runs workers hears that some have another node. Their rack has that in writing already.</summary>
    private void TellMoves()
    {
        foreach (var moved in Machine.TakeMoved().Where(a => a.Stage == AttemptStage.Running))
        {
            moved.Unseat();
            Feed.Add(moved, Machine.Epoch, AssignmentFeed.WishOf(moved));
        }
    }

    private JournalKeep? Kept() => Options.History.MaxAge <= TimeSpan.Zero ? null : new JournalKeep
    {
        Now = Time.GetUtcNow(), MaxAge = Options.History.MaxAge, MaxBytes = Options.History.MaxMiB * 1024L * 1024, Mark = Machine.Epoch,
    };

    private void Snapshot(Task writing) => _ = writing.ContinueWith(
        t => GrainLog.SnapshotFailed(_log, t.Exception!, Machine.Pool.Value),
        CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Current);

    /// <summary>Counts GPU time up to now; not before the racks were seen, or capacity would be counted as none.</summary>
    public void Account()
    {
        if (IsAttached || Machine.Ledger is null)
        {
            Machine.Account(Time.GetUtcNow());
        }
    }

    /// <summary>The racks that were known have been asked.</summary>
    public bool IsAttached { get; private set; }

    /// <summary>
    /// There is something to count from now on. It goes into the journal at once: an activation that ended before its first minute would leave nothing
    /// of what it counted, and so would all that follow it, if they live no longer.
    /// </summary>
    public void HaveAttached()
    {
        IsAttached = true;
        SaveLedger();
    }

    /// <summary>Saves where GPU time went, when that was long ago. True: there is something to flush.</summary>
    public bool SaveLedgerInTime()
    {
        if (Time.GetElapsedTime(_ledgerSavedAt) < SaveLedgerEvery)
        {
            return false;
        }

        SaveLedger();
        return true;
    }

    private void SaveLedger()
    {
        _ledgerSavedAt = Time.GetTimestamp();
        Machine.SaveLedger(Time.GetUtcNow());
    }

    /// <summary>Called when this activation ends because it could not write.</summary>
    public Action JournalLost { get; set; } = () => { };

    /// <summary>Ends this activation; the next one reads the journal back.</summary>
    public void Deactivate() => _deactivate();

    /// <summary>
    /// Where an activation begins its history can be decided again, so none lives for ever: see <see cref="PoolHistoryOptions.HandOverAfter"/>.
    /// What is under way is taken up again by the next one, as after a crash.
    /// </summary>
    public bool HandOverInTime(bool isBusy)
    {
        var after = Options.History.HandOverAfter;
        var age = Time.GetElapsedTime(_began);
        if (after <= TimeSpan.Zero || Options.History.MaxAge <= TimeSpan.Zero || age < (isBusy ? 2 * after : after))
        {
            return false;
        }

        GrainLog.HandsOver(_log, Machine.Pool.Value, Machine.Epoch, age);
        _deactivate();
        return true;
    }

    /// <summary>Another activation has taken over.</summary>
    public void Fenced()
    {
        GrainLog.Fenced(_log, Machine.Pool.Value, Machine.Epoch);
        _deactivate();
    }

    public PoolView ToView(PoolAudit audit)
    {
        Account();
        var capacity = Machine.Capacity;
        return new PoolView
        {
            Pool = Machine.Pool,
            Epoch = Machine.Epoch,
            Racks = Machine.KnownRacks.Count,
            Nodes = capacity.Nodes,
            SchedulableNodes = capacity.SchedulableNodes,
            GpuMilliTotal = capacity.GpuMilli,
            GpuMilliAllocated = Machine.GpuMilliRunning + Machine.GpuMilliPlacing,
            GpuMilliPromised = Machine.GpuMilliPromised,
            PendingJobs = Machine.Pending,
            PlacingJobs = Machine.Placing,
            RunningJobs = Machine.Running,
            PendingByReason = [.. Machine.PendingByReason().Select(r => new ReasonCount(r.Key, r.Value))],
            Ledger = [.. Enum.GetValues<GpuUse>().Select(u => new GpuSeconds(u.ToString().ToLowerInvariant(), Machine.Ledger!.Seconds(u)))],
            InvariantChecks = audit.Checks,
            InvariantFailures = audit.Failures.Length,
        };
    }
}
