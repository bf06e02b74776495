using Gateway.Backends;
using Gateway.Hollow;
using Gateway.Leadership;
using Grains.Pools;
using Scheduling.Model;

namespace ClusterKit;

/// <summary>Hollow workers, each start of which takes effect in the sink first; a start that the sink refuses is none.</summary>
internal sealed class SinkBackend(HollowBackend inner, SinkClient sink, ILeader leader) : IWorkloadBackend
{
    public string Name => "Workers in a sink";

    public Task<IReadOnlyList<PoolId>> Pools(CancellationToken cancellationToken) => inner.Pools(cancellationToken);

    public async Task<NextLook> Reconcile(Assignment assignment, CancellationToken cancellationToken)
    {
        var epoch = leader.MustLead();
        if (assignment.Wish is AssignmentWish.Run or AssignmentWish.Checkpoint)
        {
            var gpus = from slice in assignment.Placement.Racks
                       from worker in slice.Workers
                       from gpu in Enumerable.Range(0, 64)
                       where (worker.Gpus >> gpu & 1) != 0
                       select $"{slice.Rack.Value}/{worker.Slot}/{gpu}";
            await sink.Tell("start", new Effect(epoch, assignment.Attempt.Job.Value, assignment.Attempt.Number, [.. gpus]), cancellationToken);
        }
        else if (assignment.Wish == AssignmentWish.Gone)
        {
            await sink.Tell("stop", new Effect(epoch, assignment.Attempt.Job.Value, assignment.Attempt.Number, []), cancellationToken);
        }

        return await inner.Reconcile(assignment, cancellationToken);
    }
}
