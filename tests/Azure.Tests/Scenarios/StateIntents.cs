using Gateway.Azure;
using Grains;
using Scheduling.Model;
using Scheduling.Scaling;

namespace Azure.Tests.Scenarios;

/// <summary>A scale-set grain without a silo: the same decider, and the chores that take machines on their way out.</summary>
internal sealed class StateIntents(string set, int ceiling, TimeProvider time) : IScaleSetIntents
{
    public ScaleSetState State { get; private set; } = new() { Spec = new ScaleSetSpec { Id = set, Pool = new PoolId("gpu"), Ceiling = ceiling } };

    public Task<ScaleSetState?> Get(string set) => Task.FromResult<ScaleSetState?>(State);

    public Task<Answer> Report(string set, ScaleSetReport report) => Task.FromResult(Apply(ScaleSetDecider.Report(State, report, time.GetUtcNow())));

    public void Want(int capacity) => Apply(ScaleSetDecider.Want(State, capacity, "test", time.GetUtcNow()));

    public void Remove(IReadOnlyList<(string Instance, NodeId Node)> machines) => Apply(ScaleSetDecider.Remove(State, machines, "idle", time.GetUtcNow()));

    /// <summary>Machines without work are empty; deleted ones are forgotten.</summary>
    public void DoChores(Func<string, bool> hasWork)
    {
        foreach (var removal in State.Removals)
        {
            if (removal.Stage == RemovalStage.Draining && !hasWork(removal.Instance))
            {
                Apply(ScaleSetDecider.Drained(State, removal.Instance));
            }
            else if (removal.Stage == RemovalStage.Deleted)
            {
                Apply(ScaleSetDecider.Retired(State, removal.Instance));
            }
        }
    }

    private Answer Apply(ScaleSetDecision decision)
    {
        if (decision is ScaleSetDecision.Change change)
        {
            State = change.Next;
        }

        return decision is ScaleSetDecision.Refuse refuse ? Answer.Of(Outcome.Conflict, refuse.Message) : Answer.Done(State.Version);
    }
}
