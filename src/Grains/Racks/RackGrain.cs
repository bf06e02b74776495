using System.Collections.Immutable;
using Grains.Pools;
using Grains.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Scheduling;
using Scheduling.Model;
using Scheduling.Racks;

namespace Grains.Racks;

/// <summary>
/// The shell of one rack's <see cref="RackLedger"/>. A turn decides and applies without a pause, hands its entries to the journal, and
/// answers when they are durable. So the order in memory is the order in the journal, even with <see cref="DoChores"/> in between;
/// if the journal refuses, memory is ahead of it and the activation ends.
/// </summary>
[GrainType("rack")]
internal sealed partial class RackGrain(
    IJournalStore store, IGrainFactory grains, IOptions<RackOptions> options, PoolInstruments instruments, TimeProvider time, ILogger<RackGrain> log)
    : Grain, IRackGrain
{
    private RackId _rack;
    private RackLedger _ledger = null!;
    private JournalWriter<RackEntry, RackSnapshot> _journal = null!;
    private IGrainTimer _chores = null!;

    /// <summary>For tests, which look into it between turns.</summary>
    internal RackLedger Ledger => _ledger;

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _rack = new RackId(this.GetPrimaryKeyString());
        _ledger = new RackLedger(_rack);
        _journal = await JournalWriter<RackEntry, RackSnapshot>.OpenAsync(
            store, $"rack/{_rack.Value}", s => _ledger = RackLedger.Restore(s), e => _ledger.Apply(e), cancellationToken: cancellationToken);
        BeginChores();
        await base.OnActivateAsync(cancellationToken);
    }

    public async Task<RackView> Attach(long epoch)
    {
        var turn = new List<RackEntry>();
        var decision = _ledger.DecideEpoch(epoch);
        Take(decision, turn);
        if (decision is not RackDecision.Refuse)
            PoolHasSeen();
        var view = _ledger.View();
        await Save(turn);
        if (turn.Count > 0)
            GrainLog.RackAttached(log, _rack.Value, epoch);
        return view;
    }

    public async Task<HoldAnswer> Hold(HoldBatch batch)
    {
        var turn = new List<RackEntry>();
        var epoch = _ledger.DecideEpoch(batch.Epoch);
        if (epoch is RackDecision.Refuse)
            return new HoldAnswer { Fenced = true };
        Take(epoch, turn);

        var now = time.GetUtcNow();
        var refusals = new string?[batch.Holds.Length];
        var nodes = new ImmutableArray<NodeId>[batch.Holds.Length];
        var isRefused = false;
        for (var i = 0; i < refusals.Length; i++)
        {
            var decision = _ledger.DecideHold(ToHold(batch.Holds[i], now));
            Take(decision, turn);
            refusals[i] = (decision as RackDecision.Refuse)?.Reason;
            isRefused |= refusals[i] is not null;
            nodes[i] = refusals[i] is null ? _ledger.NodesOf(batch.Holds[i].Attempt, batch.Holds[i].Workers) : [];
        }

        var fresh = isRefused ? _ledger.View() : null;
        await Save(turn);
        return new HoldAnswer { Refusals = ImmutableArray.Create(refusals), Fresh = fresh, Nodes = ImmutableArray.Create(nodes) };
    }

    public async Task<SettleAnswer> Settle(SettleBatch batch)
    {
        var turn = new List<RackEntry>();
        var epoch = _ledger.DecideEpoch(batch.Epoch);
        if (epoch is RackDecision.Refuse)
            return new SettleAnswer { Fenced = true, Version = _ledger.Version };
        Take(epoch, turn);

        var missing = ImmutableArray.CreateBuilder<PlanRef>();
        foreach (var plan in batch.Commits)
        {
            var decision = _ledger.DecideCommit(plan);
            Take(decision, turn);
            if (decision is RackDecision.Refuse)
                missing.Add(plan);
        }

        foreach (var plan in batch.Releases)
            Take(_ledger.DecideRelease(plan), turn);

        var answer = new SettleAnswer { Missing = missing.ToImmutable(), Version = _ledger.Version };
        await Save(turn);
        foreach (var plan in answer.Missing)
            GrainLog.RackCommitMissing(log, _rack.Value, plan.ToString());
        return answer;
    }

    public Task<RackView?> GetView() => Task.FromResult(_ledger.IsOffered ? _ledger.View() : null);

    public Task<RackWorkers?> WorkersOf(AttemptId attempt) => Task.FromResult(_ledger.WorkersOf(attempt));

    public async Task<RackView> Offer(RackSpec spec)
    {
        var turn = new List<RackEntry>();
        var decision = _ledger.DecideOffer(spec);
        if (decision is RackDecision.Refuse refusal)
            throw new ArgumentException(refusal.Reason, nameof(spec));
        Take(decision, turn);
        var view = _ledger.View();
        await Save(turn);
        if (decision is RackDecision.Change change)
            Report(change.Events);
        return view;
    }

    public async Task<MoveAnswer> Move(MoveWorkers command)
    {
        var turn = new List<RackEntry>();
        var decision = _ledger.DecideMove(command.Attempt, command.From, command.Moves, command.KeepsDomain);
        Take(decision, turn);
        await Save(turn);
        if (decision is RackDecision.Change)
            GrainLog.RackMoved(log, _rack.Value, command.Attempt.ToString(), command.From.Value);
        return new MoveAnswer { Refusal = (decision as RackDecision.Refuse)?.Reason };
    }

    public async Task<NodeAttempts> SetSchedulable(NodeId node, bool schedulable)
    {
        var turn = new List<RackEntry>();
        Take(_ledger.DecideSchedulable(node, schedulable), turn);
        var answer = new NodeAttempts { Attempts = _ledger.AttemptsOn(node), Beyond = _ledger.AttemptsBeyond(node) };
        await Save(turn);
        return answer;
    }

    private RackAllocation ToHold(HoldRequest request, DateTimeOffset now) => new()
    {
        Attempt = request.Attempt,
        Plan = request.Plan,
        Committed = false,
        Workers = request.Workers,
        Shapes = request.Shapes,
        Tenant = request.Tenant,
        LeaseUntil = Guards.Hold(Guard.LeaseEnds) ? now + (request.Lease < options.Value.MaxLease ? request.Lease : options.Value.MaxLease) : now.AddDays(30),
    };

    /// <summary>Applies a decision at once, so that the next one in this turn stands on it.</summary>
    private void Take(RackDecision decision, List<RackEntry> turn)
    {
        if (decision is not RackDecision.Change { Entry: var entry })
            return;
        try
        {
            _ledger.Apply(entry);
        }
        catch (Exception)
        {
            DeactivateOnIdle(); // A ledger that could not take its own decision is not to be trusted further.
            throw;
        }

        turn.Add(entry);
    }

    /// <summary>Durable, or thrown. Without entries: durable is what this answer stands on, made by turns before.</summary>
    private async Task Save(List<RackEntry> turn)
    {
        try
        {
            var append = _journal.AppendAsync(turn);
            if (_journal.WantsSnapshot)
                Watch(_journal.SnapshotAsync(_ledger.Snapshot()));
            await append;
        }
        catch (Exception e)
        {
            GrainLog.RackJournalLost(log, e, _rack.Value);
            instruments.OnJournalLost("rack");
            DeactivateOnIdle();
            throw;
        }

        WindChores();
    }

    private void Watch(Task snapshot) => _ = snapshot.ContinueWith(
        t => GrainLog.RackSnapshotFailed(log, t.Exception!, _rack.Value),
        CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Current);

    private void Report(ImmutableArray<RackEvent> events)
    {
        foreach (var e in events)
        {
            switch (e)
            {
                case RackEvent.CapacityBelowAllocated less:
                    GrainLog.RackCapacityBelowAllocated(log, _rack.Value, less.Node.Value, less.Detail);
                    break;
                case RackEvent.NodeVanished gone:
                    GrainLog.RackNodeVanished(log, _rack.Value, gone.Node.Value, gone.Workers);
                    break;
                case RackEvent.NoSlot waiting:
                    GrainLog.RackNoSlot(log, _rack.Value, waiting.Node.Value);
                    break;
            }
        }
    }
}
