using Gateway.Http;
using Silo.Clustering;

namespace Gateway.Leadership;

/// <summary>Of the gateways that share a store one acts on the outside world: who has the lease "backends" there.</summary>
internal sealed class StoreLeader : BackgroundService, ILeader
{
    private const string Lease = "backends";

    private readonly LeaseHolder _holder;

    public StoreLeader(ILeaseTable table, TimeProvider time, ILogger<LeaseHolder> logger)
    {
        // Two gateways of one machine must not share a name.
        var identity = $"{Environment.MachineName}-{Ids.New().Value[2..10]}";
        _holder = new LeaseHolder(new TableLeaseStore(table), Lease, identity, new LeaseOptions(), time, logger);
    }

    public long? Epoch => _holder.Epoch;

    public Task Changed => _holder.Changed;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => _holder.Run(stoppingToken);
}
