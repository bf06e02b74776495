using System.Numerics;
using Scheduling.Model;

namespace Scheduling.Scaling;

/// <summary>
/// Which machines are returned: those that do not work, then whole racks first, of the last set in order first, then what has been idle longest; within what ten minutes allow. A
/// rack that is in use keeps its spares.
/// </summary>
internal static class ScaleReturns
{
    public static IEnumerable<ScaleReturn> Choose(ScaleScene scene, ScaleYard yard)
    {
        var machines = new Dictionary<NodeId, (int Set, ScaleSetInstance Instance)>();
        for (var set = 0; set < scene.Sets.Length; set++)
        {
            var going = scene.Sets[set].State.Removals.Select(r => r.Instance).ToHashSet(StringComparer.Ordinal);
            foreach (var instance in scene.Sets[set].Instances.Where(i => i.State == InstanceState.Running && !going.Contains(i.Id)))
            {
                machines[instance.Node] = (set, instance);
            }
        }

        var budget = Math.Max(0, scene.Policy.MaxDeletionsPerTenMinutes - scene.RecentDeletions);
        var broken = yard.Closed().Where(n => scene.Broken.ContainsKey(n) && machines.ContainsKey(n)).OrderBy(n => n.Value, StringComparer.Ordinal).Take(budget).ToList();
        foreach (var node in broken)
        {
            yield return Of(scene, machines[node], scene.Broken[node]);
        }

        foreach (var (node, since) in InOrder(scene, yard, machines).Take(budget - broken.Count))
        {
            yield return Of(scene, machines[node], $"idle since {since:u}");
        }
    }

    private static IEnumerable<(NodeId Node, DateTimeOffset Since)> InOrder(
        ScaleScene scene, ScaleYard yard, Dictionary<NodeId, (int Set, ScaleSetInstance Instance)> machines) =>
        from idle in yard.Untaken()
        where machines.ContainsKey(idle.Node.Name)
        let since = scene.IdleSince.GetValueOrDefault(idle.Node.Name, scene.Now)
        where scene.Now - since >= scene.Policy.IdleAfter
        group (idle.Node.Name, Since: since) by idle.Rack into rack
        let nodes = rack.OrderBy(n => n.Since).ThenBy(n => n.Name.Value, StringComparer.Ordinal).ToList()
        let isWhole = nodes.Count == rack.Key.Spec.Nodes.Count(n => !n.IsVacant) - BitOperations.PopCount(rack.Key.Added)
        orderby isWhole descending, rack.Key.Set descending, nodes[0].Since, rack.Key.Spec.Rack.Value
        from node in isWhole ? nodes : nodes.Take(Math.Max(0, nodes.Count - rack.Key.Spec.Spares))
        select (node.Name, node.Since);

    private static ScaleReturn Of(ScaleScene scene, (int Set, ScaleSetInstance Instance) machine, string reason) =>
        new(scene.Sets[machine.Set].Offer.Set, machine.Instance.Id, machine.Instance.Node, reason);
}
