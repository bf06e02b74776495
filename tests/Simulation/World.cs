using Grains.Clusters;
using Scheduling.Model;

namespace Simulation;

/// <summary>
/// A cluster with a client that submits jobs of every kind and changes its mind, operators who take nodes out and set quotas, and a backend that runs what
/// should run.
/// </summary>
internal sealed partial class World : SimulatedWorld
{
    private readonly Backend _backend;

    public World(Scenario scenario, RunOptions options)
        : base(scenario, options)
    {
        _backend = new Backend(Seen.Record, (rack, slot) => _gpus[IndexOf(rack), slot]);
        AddCheckers();
        OfferRacks();
        BeginChecks();
    }

    protected override bool HasLostGpus(RackId rack) => Enumerable.Range(0, NodesPerRack).Any(n => _gpus[IndexOf(rack), n] < GpusPerNode);

    private void OfferRacks() => Cluster.Run(async () =>
    {
        await Client.GetGrain<IDirectoryGrain>(IDirectoryGrain.Key).AddPool(Pool);
        for (var r = 0; r < Racks; r++)
        {
            if (!Scenario.Profile.Preflight)
            {
                await OfferRack(r);
            }

            foreach (var n in Enumerable.Range(0, NodesPerRack))
            {
                await Observe(Client, r, n, ready: true);
            }

            if (Scenario.Profile.Preflight)
            {
                await OfferRack(r);
            }
        }
    });
}
