using Gateway.Backends;
using Gateway.Kubernetes.Watching;
using Grains.Storage;

namespace Gateway.Kubernetes.Hosting;

/// <summary>What all clusters of a gateway share.</summary>
internal sealed record ClusterServices(
    IGrainFactory Grains, IAssignmentFeed Feed, INodeSink Sink, IJobIndex Index, PoolClaims Claims, KubernetesInstruments Instruments, WatchInstruments Watching,
    TimeProvider Time, ILoggerFactory Loggers);
