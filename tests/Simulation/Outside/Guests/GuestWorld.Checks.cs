using Gateway.Kubernetes;
using Grains.Jobs;
using Grains.Racks;
using Scheduling.Jobs;
using Scheduling.Model;

namespace Simulation.Outside.Guests;

/// <content>What must hold when nothing is under way.</content>
internal sealed partial class GuestWorld
{
    /// <summary>What is found wrong at rest, inside and outside. Only what is found twice stays so.</summary>
    protected override IReadOnlyList<string> Check()
    {
        List<string> first = [.. base.Check(), .. CheckPods()];
        Cluster.RunFor(TimeSpan.FromSeconds(25));
        return first.Count == 0 ? [] : [.. first.Intersect([.. base.Check(), .. CheckPods()])];
    }

    private List<string> CheckPods()
    {
        List<string> wrong = [];
        Cluster.Run(async () =>
        {
            HashSet<(AttemptId, int, NodeId)> allocated = [];
            foreach (var id in await PoolGrain.ListRacks(null, 100))
            {
                var rack = (await Client.GetGrain<IRackGrain>(id.Value).GetView())!;
                wrong.AddRange(rack.Allocations.Where(a => !a.Committed).Select(a => $"I8: {a.Attempt} is held on {id} and nobody commits it"));
                allocated.UnionWith(rack.Allocations.SelectMany(a => a.Workers.Select(w => (a.Attempt, w.Rank, rack.Spec.Nodes[w.Slot].Name))));
            }

            foreach (var pod in Guests.Pods.Where(p => p is { Node: not null, IsOver: false }))
            {
                var job = await Job(pod.BoundFor!.Value.Job).Get(Operator);
                if (job?.Phase.HoldsResources() != true || job.Attempt != pod.BoundFor.Value.Number || !allocated.Contains((pod.BoundFor.Value, job.Spec.Pods!.Uids.IndexOf(pod.Uid), pod.Node!.Value)))
                {
                    wrong.Add($"I7: {pod.Name} runs on {pod.Node} for {pod.BoundFor}, and its job is {job?.Phase} at attempt {job?.Attempt}");
                }
            }
        });
        var cancelled = Cancelled();
        foreach (var gang in Guests.Gangs)
        {
            var (living, running) = (Guests.Living(gang), Guests.Living(gang).Count(p => p.Phase == PodPhase.Running));

            if (running != gang.Size || living.Count != gang.Size)
            {
                wrong.Add($"I2: {running} of {gang.Name}'s {gang.Size} pods run: {string.Join(", ", living.Select(Describe))}");
            }
        }

        wrong.AddRange(Guests.Pods.Where(p => p is { Gang: null, Node: null } && !cancelled.Contains(p.Uid)).Select(p => $"I11: {p.Name} waits although there is room"));
        return wrong;
    }

    /// <summary>With what the leader says of it.</summary>
    private string Describe(ModelGuest pod) => pod.Node is not null
        ? $"{pod.Name} {pod.Phase} for {pod.BoundFor}"
        : $"{pod.Name} waits ({string.Join(", ", Gateways.Where(g => g.IsAlive && g.Leader.Epoch is not null).Select(g => g.Controller.StandingOf(pod.Uid)?.ToString() ?? "and nobody says why"))})";

    /// <summary>Nothing is left of anything.</summary>
    private List<string> CheckEmpty() => [.. AtRest.CheckEmpty(), .. Guests.Pods.Select(p => $"I7: {p.Name} is left over: {p.Phase} on {p.Node}")];

    /// <summary>Pods whose jobs have ended: one that was not bound waits for ever, and says so.</summary>
    private HashSet<string> Cancelled()
    {
        var ended = AtRest.Rows(includeEnded: true).FindAll(r => r.Ended);
        HashSet<string> uids = [];
        Cluster.Run(async () =>
        {
            foreach (var row in ended)
            {
                uids.UnionWith((await Job(row.Job).Get(Operator))!.Spec.Pods?.Uids ?? []);
            }
        });
        return uids;
    }
}
