using ClusterKit;
using Gateway.Backends;
using Gateway.Hollow;
using Gateway.Hosting;
using Gateway.Leadership;
using Microsoft.Extensions.Options;

// The gateway as it is deployed, but for its backend: workers that it starts are told to a sink in another process.
// Usage: Orleans.Scheduler options, and SINK=http://… in the environment. Or "silo" and a silo's options: that is one which can be made ill.
if (args is ["silo", .. var settings])
{
    return await SickSilo.Run(settings);
}

var line = CommandLine.Parse(args, out var fault) ?? throw new ArgumentException(fault);
var inventory = line.Hollow ?? throw new ArgumentException("--hollow says which nodes there are");
var sink = new Uri(Environment.GetEnvironmentVariable("SINK") ?? throw new ArgumentException("SINK is not set"));
await using var app = GatewayApp.Build(line, builder =>
{
    var services = builder.Services;
    services.AddSingleton(new SinkClient(sink));
    services.AddSingleton<IAssignmentFeed>(s => new SinkFeed(
        new BoundedFeed(ActivatorUtilities.CreateInstance<GrainAssignmentFeed>(s), TimeSpan.FromSeconds(5), TimeProvider.System),
        s.GetRequiredService<SinkClient>(), s.GetRequiredService<StoreLeader>()));
    services.AddSingleton<INodeSink, GrainNodeSink>();
    services.AddOptions<HollowOptions>().Configure(o => (o.Inventory, o.TimeScale) = (inventory, line.TimeScale));
    services.AddSingleton<InventoryNodeSource>();
    services.AddSingleton(s => ActivatorUtilities.CreateInstance<HollowBackend>(s, s.GetRequiredService<InventoryNodeSource>()));
    ClusterComposition.Add(builder, line with { Hollow = null });
    services.AddSingleton<IHostedService>(s => ActivatorUtilities.CreateInstance<NodeReconciler>(
        s, s.GetRequiredService<InventoryNodeSource>(), Reconcile(s), s.GetRequiredService<StoreLeader>()));
    services.AddSingleton<IHostedService>(s => ActivatorUtilities.CreateInstance<WorkloadReconciler>(
        s, new SinkBackend(s.GetRequiredService<HollowBackend>(), s.GetRequiredService<SinkClient>(), s.GetRequiredService<StoreLeader>()), Reconcile(s), s.GetRequiredService<StoreLeader>()));
});
await app.RunAsync();
return 0;

static ReconcileOptions Reconcile(IServiceProvider services) => services.GetRequiredService<IOptions<HollowOptions>>().Value.Reconcile;
