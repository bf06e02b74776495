using Gateway.Kubernetes;
using Grains.Jobs;
using Grains.Pools;
using Grains.Racks;
using Scheduling.Audit;
using Scheduling.Jobs;
using Scheduling.Model;

namespace Simulation.Outside.Guests;

/// <content>What must hold when nothing is under way.</content>
internal sealed partial class GuestWorld
{
    public IReadOnlyList<string> Check()
    {
        List<string> wrong = [];
        Cluster.Run(async () =>
        {
            var pool = Cluster.Client.GetGrain<IPoolGrain>(Pool.Value);
            await pool.Audit();
            wrong.AddRange((await pool.Audit()).Failures);
            HashSet<(AttemptId, int, NodeId)> allocated = [];
            foreach (var id in await pool.ListRacks(null, 100))
            {
                var rack = (await Cluster.Client.GetGrain<IRackGrain>(id.Value).GetView())!;
                wrong.AddRange(RackAudit.Check(rack).Broken);
                wrong.AddRange(rack.Allocations.Where(a => !a.Committed).Select(a => $"I8: {a.Attempt} is held on {id} and nobody commits it"));
                allocated.UnionWith(rack.Allocations.SelectMany(a => a.Workers.Select(w => (a.Attempt, w.Rank, rack.Spec.Nodes[w.Slot].Name))));
            }

            foreach (var pod in Guests.Pods.Where(p => p is { Node: not null, IsOver: false }))
            {
                var job = await Cluster.Client.GetGrain<IJobGrain>(pod.BoundFor!.Value.Job.Value).Get(Operator);
                if (job?.Phase.HoldsResources() != true || job.Attempt != pod.BoundFor.Value.Number || !allocated.Contains((pod.BoundFor.Value, job.Spec.Pods!.Uids.IndexOf(pod.Uid), pod.Node!.Value)))
                {
                    wrong.Add($"I7: {pod.Name} runs on {pod.Node} for {pod.BoundFor}, and its job is {job?.Phase} at attempt {job?.Attempt}");
                }
            }
        });
        foreach (var gang in Guests.Gangs)
        {
            var (living, running) = (Guests.Living(gang), Guests.Living(gang).Count(p => p.Phase == PodPhase.Running));
            if (running != gang.Size || living.Count != gang.Size)
            {
                wrong.Add($"I2: {running} of {gang.Name}'s {gang.Size} pods run: {string.Join(", ", living.Select(p => $"{p.Name} {p.Phase} for {p.BoundFor}"))}");
            }
        }

        wrong.AddRange(Guests.Pods.Where(p => p is { Gang: null, Node: null } && !WasCancelled(p)).Select(p => $"I11: {p.Name} waits although there is room"));
        return [.. wrong, .. Seen.Broken];
    }

    /// <summary>Nothing is left of anything.</summary>
    public IReadOnlyList<string> CheckEmpty()
    {
        List<string> wrong = [.. Guests.Pods.Select(p => $"I7: {p.Name} is left over: {p.Phase} on {p.Node}")];
        var live = Cluster.Run(async () => (await Index.Scan(null, 1000, false)).ToList());
        wrong.AddRange(live.Select(r => $"I8: {r.Job} is {r.Phase} and its pods are gone"));
        var machine = Seen.Pool!.Machine;
        if ((machine.Pending, machine.Placing, machine.Running) != (0, 0, 0))
        {
            wrong.Add($"I8: the empty pool has {machine.Pending} waiting, {machine.Placing} placing, {machine.Running} running");
        }

        return [.. wrong, .. Seen.Broken];
    }

    /// <summary>A pod whose job somebody cancelled before it was bound waits for ever, and says so.</summary>
    private bool WasCancelled(ModelGuest pod) => Cluster.Run(async () =>
        (await Cluster.Client.GetGrain<IJobGrain>(Gateway.Kubernetes.PodsIn.GuestIds.OfPod("Model cluster", pod.Uid).Value).Get(Operator))?.Phase.IsEnded() == true);
}
