using System.Collections.Immutable;
using Grains.Clusters;
using Grains.Pools;
using Grains.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Concurrency;
using Scheduling.Model;
using Scheduling.Quotas;

namespace Grains.Quotas;

/// <summary>
/// The shell of one cohort's <see cref="QuotaTree"/>. A turn decides and applies without a pause, hands its entries to the journal, and
/// answers when they are durable; reentrant, so that many pools' charges share the journal's writes. If the journal refuses, memory is
/// ahead of it and the activation ends.
/// What is kept for owners is memory alone (see <see cref="QuotaTree.Earmark"/>), and a timer ends its leases.
/// </summary>
[Reentrant]
[GrainType("quota")]
internal sealed partial class QuotaGrain(
    IJournalStore store, IGrainFactory grains, IOptions<QuotaOptions> options, PoolInstruments instruments, TurnWatch watch, TimeProvider time,
    ILogger<QuotaGrain> log)
    : Grain, IQuotaGrain
{
    private readonly QuotaWaiters _waiters = new();
    private string _cohort = "";
    private QuotaTree _tree = null!;
    private JournalWriter<QuotaEntry, QuotaSnapshot> _journal = null!;
    private IGrainTimer? _listing;
    private IDisposable? _watched;

    /// <summary>For tests, which look into it between turns.</summary>
    internal QuotaTree Tree => _tree;

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _cohort = this.GetPrimaryKeyString();
        _tree = new QuotaTree(_cohort);
        _journal = await JournalWriter<QuotaEntry, QuotaSnapshot>.OpenAsync(
            store, $"quota/{_cohort}", s => _tree = QuotaTree.Restore(s), e => _tree.Apply(e), cancellationToken: cancellationToken);

        // Who was refused where is not stored: the next room is told to every pool that ever charged here.
        foreach (var pool in _tree.Pools)
            _waiters.AddEverywhere(pool);
        _watched = watch.Watch($"quota tree {_cohort}");
        await base.OnActivateAsync(cancellationToken);
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _watched?.Dispose();
        return base.OnDeactivateAsync(reason, cancellationToken);
    }

    public async Task<ChargeAnswer> Charge(ChargeBatch batch)
    {
        var now = time.GetUtcNow();
        var freed = EndEarmarks(now);
        var turn = new List<QuotaEntry>();
        if (!_tree.Knows(batch.Pool))
            Take(QuotaEntry.PoolSeen(batch.Pool), turn);

        var refusals = new QuotaRefusal?[batch.Charges.Length];
        for (var i = 0; i < refusals.Length; i++)
        {
            switch (_tree.DecideCharge(batch.Charges[i], now))
            {
                case ChargeDecision.Change change:
                    Take(change.Entry, turn);
                    break;
                case ChargeDecision.Refuse { Refusal: var refusal }:
                    refusals[i] = refusal;
                    Note(batch.Pool, batch.Charges[i], refusal, now, freed);
                    break;
            }
        }

        var answer = new ChargeAnswer
        {
            Refusals = ImmutableArray.Create(refusals),
            Borrows = [.. batch.Charges.Select((c, i) => refusals[i] is null && _tree.IsBorrowing(c.Attempt))],
            Settings = batch.KnownVersion == _tree.Version ? null : new LevelSettings { Version = _tree.Version, Levels = _tree.Settings },
        };
        ArmWake(now);
        await Save(turn);
        await TellOfRoom(freed);
        return answer;
    }

    public async Task Refund(ImmutableArray<PlanRef> plans)
    {
        var now = time.GetUtcNow();
        var turn = new List<QuotaEntry>();
        var freed = new HashSet<QuotaPath>();
        foreach (var plan in plans)
        {
            if (_tree.DecideRefund(plan, now) is not { } entry)
                continue;
            AddLevels(_tree.Find(plan.Attempt)?.Path, freed);
            Take(entry, turn);
        }

        await Save(turn);
        await TellOfRoom(freed);
    }

    public Task CallOff(ImmutableArray<AttemptId> attempts)
    {
        var freed = new HashSet<QuotaPath>();
        foreach (var attempt in attempts)
            AddLevels(_tree.CallOff(attempt), freed);
        return TellOfRoom(freed);
    }

    public Task<ImmutableArray<AttemptId>> WhichBorrow(ImmutableArray<AttemptId> attempts) =>
        Task.FromResult<ImmutableArray<AttemptId>>([.. attempts.Where(_tree.IsBorrowing)]);

    public Task<QuotaTreeView?> GetTree(Caller caller, QuotaPath path)
    {
        var view = QuotaAccess.Of(caller, _cohort) is { } access && access.MaySee(path) && access.Exists(_tree) ? _tree.View(path, access.MaySee, time.GetUtcNow()) : null;
        return Task.FromResult(view);
    }

    public async Task<Answer> SetQuota(Caller caller, QuotaPath path, QuotaSpec spec, long ifVersion)
    {
        if (!caller.IsAdmin)
        {
            return QuotaAccess.Of(caller, _cohort)?.MaySee(path) == true
                ? Answer.Of(Outcome.Forbidden, "Only administrators set quotas.", _tree.Version)
                : Answer.Of(Outcome.NotFound, $"There is no quota {path}.");
        }

        switch (_tree.DecideSpec(path, spec, ifVersion, time.GetUtcNow()))
        {
            case SpecDecision.Refuse refuse:
                return Answer.Of(Outcome.Invalid, refuse.Reason, _tree.Version);
            case SpecDecision.WrongVersion wrong:
                return Answer.Of(Outcome.PreconditionFailed, $"The tree is at version {wrong.Present}, not {ifVersion}: look at it again.", wrong.Present);
            case SpecDecision.Change change:
                var turn = new List<QuotaEntry>();
                Take(change.Entry, turn);
                var version = _tree.Version;
                await Save(turn);
                GrainLog.QuotaSet(log, _cohort, caller.User, path.Value, version);
                var freed = new HashSet<QuotaPath>();
                AddLevels(path, freed); // What is owed below counts at every level above.
                await TellOfRoom(freed);
                return Answer.Done(version);
            default:
                return Answer.Done(_tree.Version);
        }
    }

    public Task<ImmutableArray<QuotaCharge>> GetCharges() => Task.FromResult<ImmutableArray<QuotaCharge>>([.. _tree.Charges]);

    /// <summary>Applies an entry at once, so that the next decision of this turn stands on it.</summary>
    private void Take(QuotaEntry entry, List<QuotaEntry> turn)
    {
        try
        {
            _tree.Apply(entry);
        }
        catch (Exception)
        {
            DeactivateOnIdle(); // A tree that could not take its own decision is not to be trusted further.
            throw;
        }

        turn.Add(entry);
    }

    /// <summary>Durable, or thrown. Without entries: durable is what this answer stands on, made by turns before.</summary>
    private async Task Save(List<QuotaEntry> turn)
    {
        if (turn.Count > 0)
            _listing ??= this.RegisterGrainTimer(ListCohort, new GrainTimerCreationOptions(TimeSpan.Zero, options.Value.RetryPeriod) { Interleave = true });
        try
        {
            var append = _journal.AppendAsync(turn);
            if (_journal.WantsSnapshot)
                Watch(_journal.SnapshotAsync(_tree.Snapshot()));
            await append;
        }
        catch (Exception e)
        {
            GrainLog.QuotaJournalLost(log, e, _cohort);
            instruments.OnJournalLost("quota");
            DeactivateOnIdle();
            throw;
        }
    }

    private void Watch(Task snapshot) => _ = snapshot.ContinueWith(
        t => GrainLog.QuotaSnapshotFailed(log, t.Exception!, _cohort),
        CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Current);

    /// <summary>A hint: a pool that misses it asks again by itself after a while.</summary>
    private async Task TellOfRoom(IReadOnlyCollection<QuotaPath> freed)
    {
        foreach (var (pool, paths) in _waiters.Take(freed))
        {
            try
            {
                await grains.GetGrain<IPoolGrain>(pool.Value).QuotaFreed([.. paths]);
            }
            catch (Exception e)
            {
                GrainLog.RoomNotTold(log, e, _cohort, pool.Value);
            }
        }
    }

    /// <summary>Once per activation that changes anything: the directory knows every tree that holds something.</summary>
    private async Task ListCohort(CancellationToken cancellationToken)
    {
        try
        {
            await grains.GetGrain<IDirectoryGrain>(IDirectoryGrain.Key).AddCohort(_cohort);
            _listing!.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
        catch (Exception e)
        {
            GrainLog.CohortNotListed(log, e, _cohort);
        }
    }
}
