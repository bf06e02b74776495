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
    protected override IReadOnlyList<string> Check()
    {
        // A job whose time is up is on its way out, even now: only what is found twice stays so.
        List<string> first = [.. base.Check(), .. CheckOutside()];
        Cluster.RunFor(TimeSpan.FromSeconds(25));
        return first.Count == 0 ? [] : [.. first.Intersect([.. base.Check(), .. CheckOutside()])];
    }

    /// <summary>A machine that answers and has passed preflight in this boot takes work, and is known by this boot.</summary>
    private async Task<List<string>> CheckNodes()
    {
        List<string> wrong = [];
        foreach (var node in Kubernetes.Nodes.Select(n => Kubernetes.FindNode(n)!).Where(n => Kubernetes.Restarts && n is { Exists: true, Ready: true }))
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

    private List<string> CheckOutside()
    {
        List<string> wrong = [];
        Cluster.Run(async () =>
        {
            Dictionary<(AttemptId, int), NodeId> should = [];
            Dictionary<NodeId, RackId> at = [];
            foreach (var id in await PoolGrain.ListRacks(null, 100))
            {
                var rack = (await Client.GetGrain<IRackGrain>(id.Value).GetView())!;
                wrong.AddRange(rack.Spec.Nodes.Where(n => !n.IsVacant && !at.TryAdd(n.Name, id)).Select(n => $"I1: node {n.Name} is in {at[n.Name]} and in {id}"));
                foreach (var (allocation, worker) in rack.Allocations.SelectMany(a => a.Workers.Select(w => (a, w))))
                {
                    should[(allocation.Attempt, worker.Rank)] = rack.Spec.Nodes[worker.Slot].Name;
                }
            }

            wrong.AddRange(CheckPods(should));
            wrong.AddRange(await CheckNodes());
        });
        wrong.AddRange(CheckScaleSet());
        return wrong;
    }

    /// <summary>Nothing is left of anything.</summary>
    private IReadOnlyList<string> CheckEmpty()
    {
        List<string> wrong = [.. AtRest.CheckEmpty()];
        wrong.AddRange(Kubernetes.Pods.Select(p => $"I7: {p.Order.Name} is left over: {p.Phase}, on {p.Node}, leaving: {p.LeavesBy is not null}"));
        wrong.AddRange(CheckScaleSetEmpty());
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
