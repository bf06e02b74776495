using Gateway.Kubernetes;
using Grains.Jobs;
using Grains.Nodes;
using Grains.Racks;
using Scheduling.Audit;
using Scheduling.Jobs;
using Scheduling.Model;
using Scheduling.Nodes;

namespace Simulation.Outside;

/// <content>What must hold when nothing is under way.</content>
internal sealed partial class OutsideWorld
{
    /// <summary>What is found wrong at rest, inside and outside.</summary>
    public IReadOnlyList<string> Check()
    {
        // A job whose time is up is on its way out, even now: only what is found twice stays so.
        var first = CheckOnce();
        Cluster.RunFor(TimeSpan.FromSeconds(25));
        return [.. first.Intersect(CheckOnce()), .. Seen.Broken];
    }

    /// <summary>A machine that answers and has passed preflight in this boot takes work, and is known by this boot.</summary>
    private async Task<List<string>> CheckNodes()
    {
        List<string> wrong = [];
        foreach (var node in Kubernetes.Nodes.Select(Kubernetes.FindNode).Where(n => n is { Exists: true, Ready: true }))
        {
            var view = await Client.GetGrain<INodeGrain>(node.Spec.Name.Value).GetView();
            if (view is { State: NodeState.Preflight or NodeState.NotReady })
            {
                wrong.Add($"I10: {node.Spec.Name} has passed preflight and is {view.State}: {view.Reason}");
            }
            else if (view is not null && (view.Preflight != NodePreflight.Passed || view.Life.Boot != node.BootId))
            {
                wrong.Add($"I10: {node.Spec.Name} runs as {node.BootId}, and its grain has preflight {view.Preflight} of {view.Life.Boot}");
            }
        }

        return wrong;
    }

    private List<string> CheckOnce()
    {
        List<string> wrong = [];
        Cluster.Run(async () =>
        {
            await PoolGrain.Audit();
            wrong.AddRange((await PoolGrain.Audit()).Failures);
            Dictionary<(AttemptId, int), NodeId> should = [];
            HashSet<AttemptId> allocated = [];
            foreach (var id in await PoolGrain.ListRacks(null, 100))
            {
                var rack = (await Client.GetGrain<IRackGrain>(id.Value).GetView())!;
                wrong.AddRange(RackAudit.Check(rack).Broken);
                wrong.AddRange(rack.Allocations.Where(a => !a.Committed).Select(a => $"I8: {a.Attempt} is held on {id} and nobody commits it"));
                allocated.UnionWith(rack.Allocations.Select(a => a.Attempt));
                foreach (var (allocation, worker) in rack.Allocations.SelectMany(a => a.Workers.Select(w => (a, w))))
                {
                    should[(allocation.Attempt, worker.Rank)] = rack.Spec.Nodes[worker.Slot].Name;
                }
            }

            foreach (var id in _accepted)
            {
                if (await Job(id).Get(Operator) is not { } job)
                {
                    wrong.Add($"I4: {id} was acknowledged and is lost");
                }
                else if (job.Phase.HoldsResources() && job.Spec.Set is null && !allocated.Contains(new AttemptId(id, job.Attempt)))
                {
                    wrong.Add($"I2: {id} is {job.Phase} and has nothing");
                }
            }

            wrong.AddRange(CheckPods(should));
            wrong.AddRange(await CheckNodes());
        });
        wrong.AddRange(CheckScaleSet());
        return wrong;
    }

    /// <summary>Nothing is left of anything.</summary>
    public IReadOnlyList<string> CheckEmpty()
    {
        List<string> wrong = [.. Live().Select(r => $"I6: {r.Job} is {r.Phase}, held: {r.Held}, and should have ended")];
        wrong.AddRange(Kubernetes.Pods.Select(p => $"I7: {p.Order.Name} is left over: {p.Phase}, on {p.Node}, leaving: {p.LeavesBy is not null}"));
        wrong.AddRange(CheckScaleSetEmpty());
        var machine = Seen.Pool!.Machine;
        if ((machine.Pending, machine.Placing, machine.Running, machine.GpuMilliPromised) != (0, 0, 0, 0L))
        {
            wrong.Add($"I8: the empty pool has {machine.Pending} waiting, {machine.Placing} placing, {machine.Running} running");
        }

        return wrong;
    }

    /// <summary>Exactly the workers that racks have room for run, each where its rack says.</summary>
    private IEnumerable<string> CheckPods(Dictionary<(AttemptId, int), NodeId> should)
    {
        foreach (var pod in Kubernetes.Pods.Where(p => !Kubernetes.Pods.Any(o => o.Attempt == p.Attempt && o.Order.Worker.Rank == p.Order.Worker.Rank && o.Order.Incarnation > p.Order.Incarnation)))
        {
            var worker = (pod.Attempt, pod.Order.Worker.Rank);
            if (!should.Remove(worker, out var node))
            {
                yield return $"I7: {pod.Order.Name} is there ({pod.Phase} on {pod.Node}) and should not be";
            }
            else if (pod.Node != node || !(pod.Phase == PodPhase.Running || (pod.Phase == PodPhase.Succeeded && Kubernetes.Pods.Any(p => p.Attempt == pod.Attempt && p.IsAlive))))
            {
                // A worker may be done before the others are.
                yield return $"I7: {pod.Order.Name} is {pod.Phase} on {pod.Node}, and should run on {node}";
            }
        }

        foreach (var ((attempt, rank), node) in should)
        {
            yield return $"I2: worker {rank} of {attempt} does not run on {node}";
        }
    }
}
