using System.Collections.Immutable;
using Grains.Jobs;
using Grains.Racks;
using Scheduling.Model;

namespace Simulation.Planted;

/// <summary>
/// Judges racks and jobs by what they were told and what they answered, with a memory of its own: it believes nothing of what they keep.
/// Calls that failed have no known outcome and are left out.
/// </summary>
internal sealed class CallReferee : IChecker
{
    /// <summary>The longest lease that a rack grants, and what clocks may differ by.</summary>
    private static readonly TimeSpan LongestLease = TimeSpan.FromMinutes(10) + TimeSpan.FromMinutes(3);

    private readonly SimulatedWorld _world;
    private readonly Dictionary<string, RackMemory> _racks = [];
    private readonly Dictionary<string, long> _jobEpochs = [];
    private readonly Dictionary<AttemptId, long> _placed = [];
    private readonly HashSet<string> _created = [];

    public CallReferee(SimulatedWorld world)
    {
        _world = world;
        world.Seen.Answered += Look;
    }

    private void Look(IIncomingGrainCallContext context)
    {
        if (context.Grain is RackGrain rack)
        {
            var name = rack.GetPrimaryKeyString();
            if (!_racks.TryGetValue(name, out var memory))
            {
                _racks.Add(name, memory = new RackMemory());
            }

            LookAtRack(context, rack, name, memory);
        }
        else if (context.Grain is JobGrain job)
        {
            LookAtJob(context, job, job.GetPrimaryKeyString());
        }
    }

    private void LookAtRack(IIncomingGrainCallContext context, RackGrain rack, string name, RackMemory memory)
    {
        if (rack.Ledger.Epoch < _world.Shadow.RackOf(new RackId(name)).Epoch)
        {
            // A second life that has not heard of the newer epoch: its journal refuses whatever it decides, and what it repeats changes nothing.
            return;
        }

        switch (context.MethodName)
        {
            case nameof(IRackGrain.Attach) when context.Result is RackView { Epoch: var seen } && (long)context.Request.GetArgument(0)! is var epoch && seen == epoch:
                Obeyed(name, memory, epoch);
                break;
            case nameof(IRackGrain.Hold) when context.Result is HoldAnswer { Fenced: false } answer && context.Request.GetArgument(0) is HoldBatch batch:
                Obeyed(name, memory, batch.Epoch);
                for (var i = 0; i < batch.Holds.Length; i++)
                {
                    if (answer.Refusals[i] is null && memory.Held.Add(new PlanRef(batch.Holds[i].Attempt, batch.Holds[i].Plan)))
                    {
                        Granted(name, memory, batch.Holds[i]);
                    }
                }

                break;
            case nameof(IRackGrain.Settle) when context.Result is SettleAnswer { Fenced: false } && context.Request.GetArgument(0) is SettleBatch settled:
                Obeyed(name, memory, settled.Epoch);
                break;
            case nameof(IRackGrain.Offer) when context.Request.GetArgument(0) is RackSpec spec:
                memory.Gpus = spec.Nodes.Where(n => !n.IsVacant).ToDictionary(n => n.Name, n => n.Gpus);
                memory.Slots = [.. ((RackView)context.Result!).Spec.Nodes.Select(n => n.Name)];
                break;
            case nameof(IRackGrain.SetSchedulable):
                memory.Withheld[(NodeId)context.Request.GetArgument(0)!] = !(bool)context.Request.GetArgument(1)!;
                break;
        }

        foreach (var hold in rack.Ledger.View().Allocations)
        {
            if (!hold.Committed && hold.LeaseUntil > _world.Cluster.Time.GetUtcNow() + LongestLease)
            {
                _world.Seen.Record($"I8: {name} holds {hold.Attempt} (plan {hold.Plan}) until {hold.LeaseUntil:O}: it never runs out");
            }
        }

        rack.Ledger.CheckInvariants();
    }

    /// <summary>I13.</summary>
    private void Obeyed(string rack, RackMemory memory, long epoch)
    {
        if (epoch < memory.Epoch)
        {
            _world.Seen.Record($"I13: {rack} obeys epoch {epoch} after {memory.Epoch}");
        }

        memory.Epoch = Math.Max(epoch, memory.Epoch);
    }

    /// <summary>I1 and I10, at the moment when something is given away.</summary>
    private void Granted(string rack, RackMemory memory, HoldRequest hold)
    {
        foreach (var worker in hold.Workers)
        {
            if (worker.Slot >= memory.Slots.Length || memory.Slots[worker.Slot] is not { Value: not null } node)
            {
                continue;
            }

            if (memory.Withheld.GetValueOrDefault(node))
            {
                _world.Seen.Record($"I10: {rack} gives {hold.Attempt} a place on {node}, which is to take no new work");
            }

            if (memory.Gpus.TryGetValue(node, out var gpus) && worker.Gpus >> gpus != 0)
            {
                _world.Seen.Record($"I1: {rack} gives {hold.Attempt} GPUs {worker.Gpus:x} of {node}, which has {gpus}");
            }
        }
    }

    private void LookAtJob(IIncomingGrainCallContext context, JobGrain grain, string job)
    {
        switch (context.MethodName)
        {
            case nameof(IJobGrain.Place) when context.Result is PlaceAnswer { Outcome: PlaceOutcome.Committed } && context.Request.GetArgument(0) is PlaceAttempt place:
                Committed(job, new AttemptId(new JobId(job), place.Attempt), place);
                break;
            case nameof(IJobGrain.Submit) when context.Result is SubmitAnswer { Created: true } && !_created.Add(job):
                _world.Seen.Record($"I5: {job} is created once more");
                break;
            case nameof(IJobGrain.Evict) when context.Request.GetArgument(1) is string reason && reason.EndsWith("lost its hold", StringComparison.Ordinal)
                && grain.State?.Reason == reason:
                _world.Seen.Record($"I8: {job}/{context.Request.GetArgument(0)} was committed, and {reason}");
                break;
        }
    }

    /// <summary>I7 and I13.</summary>
    private void Committed(string job, AttemptId attempt, PlaceAttempt place)
    {
        if (_placed.TryGetValue(attempt, out var plan))
        {
            if (plan != place.Plan)
            {
                _world.Seen.Record($"I7: {attempt} is committed by plan {plan} and by plan {place.Plan}");
            }

            return;
        }

        _placed.Add(attempt, place.Plan);
        if (place.Epoch < _jobEpochs.GetValueOrDefault(job))
        {
            _world.Seen.Record($"I13: {attempt} is committed by epoch {place.Epoch} after {_jobEpochs[job]}");
        }

        _jobEpochs[job] = Math.Max(place.Epoch, _jobEpochs.GetValueOrDefault(job));
    }

    private sealed class RackMemory
    {
        public long Epoch { get; set; }

        public HashSet<PlanRef> Held { get; } = [];

        public Dictionary<NodeId, bool> Withheld { get; } = [];

        public Dictionary<NodeId, int> Gpus { get; set; } = [];

        public ImmutableArray<NodeId> Slots { get; set; } = [];
    }
}
