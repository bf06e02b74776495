using Grains;
using Grains.Nodes;
using Scheduling.Model;
using Scheduling.Nodes;
using Scheduling.Racks;
using Simulation.Shadow;

namespace Simulation;

/// <content>
/// What nodes have shown since they started. Once a node's rack has heard that it must pass preflight, nobody is held there until somebody begins to
/// say that it has passed (I10).
/// </content>
internal sealed partial class World
{
    /// <summary>What is doubled on its way has come by then.</summary>
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(1);

    private readonly NodeTruth[,] _truths = Truths();
    private readonly HashSet<(string Rack, PlanRef Plan)> _held = [];

    protected override void SawWrite(DurableWrite write)
    {
        if (write.What is not RackEntry { Kind: RackEntryKind.Held, Allocation: { } hold } || !Scenario.Profile.Preflight)
        {
            return;
        }

        if (!_held.Add((write.Where, new PlanRef(hold.Attempt, hold.Plan))))
        {
            // Held before, for longer now.
            return;
        }

        var rack = IndexOf(new RackId(write.Where[(write.Where.IndexOf('/', StringComparison.Ordinal) + 1)..]));
        foreach (var worker in hold.Workers)
        {
            if (_truths[rack, worker.Slot].UnfitSince is { } since && Now - since > Settled)
            {
                Seen.Record($"I10: {hold.Attempt} is held on r{rack}n{worker.Slot}, which has not passed preflight since {since:mm:ss.fff}");
            }
        }
    }

    private NodeFacts? FactsOf(int rack, int node) => !Scenario.Profile.Preflight ? null : new NodeFacts
    {
        Uid = $"r{rack}n{node}", Boot = $"boot-{_truths[rack, node].Boot}", NeedsPreflight = true, Preflight = _truths[rack, node].Preflight,
    };

    private Task<Answer> Restart(IClusterClient client, int rack, int node)
    {
        var truth = _truths[rack, node];
        (truth.Boot, truth.Preflight) = (truth.Boot + 1, NodePreflight.NotAsked);
        return Observe(client, rack, node, ready: true);
    }

    private Task<Answer> Examine(IClusterClient client, int rack, int node, bool passed)
    {
        _truths[rack, node].Preflight = passed ? NodePreflight.Passed : NodePreflight.Failed;
        return Observe(client, rack, node, ready: true);
    }

    private async Task<Answer> Observe(IClusterClient client, int rack, int node, bool ready)
    {
        var truth = _truths[rack, node];
        var (word, isPass) = (++truth.Words, truth.Preflight == NodePreflight.Passed);
        if (isPass)
        {
            truth.UnfitSince = null;
            truth.Passing++;
        }

        try
        {
            var hears = await NodeOf(client, rack, node).Observe(new NodeObservation
            {
                Spec = Node(rack, node, _gpus[rack, node]), Rack = RackOf(rack), Ready = ready, Facts = FactsOf(rack, node),
            });
            if (hears && !isPass && truth.Words == word && truth.Passing == 0)
            {
                truth.UnfitSince ??= Now;
            }
        }
        finally
        {
            truth.Passing -= isPass ? 1 : 0;
        }

        return Answer.Done(0);
    }

    private static NodeTruth[,] Truths()
    {
        var truths = new NodeTruth[Racks, NodesPerRack];
        for (var i = 0; i < truths.Length; i++)
        {
            truths[i / NodesPerRack, i % NodesPerRack] = new NodeTruth();
        }

        return truths;
    }

    /// <summary>One node, as it is.</summary>
    private sealed class NodeTruth
    {
        public int Boot { get; set; }

        public NodePreflight Preflight { get; set; }

        /// <summary>What was said of it so far.</summary>
        public int Words { get; set; }

        /// <summary>Sayings that it has passed, which may arrive yet.</summary>
        public int Passing { get; set; }

        /// <summary>Since its rack knows that it takes no work before it has passed.</summary>
        public DateTimeOffset? UnfitSince { get; set; }
    }
}
