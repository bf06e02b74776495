using Gateway.Kubernetes;
using Gateway.Tests.Hollow;
using KubeTests.Contract;
using Scheduling.Model;

namespace Simulation.Outside;

/// <summary>The simulation's model of a cluster keeps the contract of the real client.</summary>
public sealed class ModelPodClusterContractTests : PodClusterContract
{
    private protected override Task<IPodClusterWorld> Begin() => Task.FromResult<IPodClusterWorld>(new World());

    private sealed class World : IPodClusterWorld
    {
        private readonly ManualTimeProvider _clock = new();
        private readonly IPodCluster _cluster;

        /// <summary>Nobody committed anything here, and the model notes that: it is not what is asked.</summary>
        public World() => _cluster = new ModelKubernetes(_clock, new Random(1), new Commitments(), _ => { }).Over(new Wire(_clock, new Random(1)));

        public NodeId Node(int index) => new($"node-{index}");

        public JobId Job(string name) => new(name);

        public async Task<T> Do<T>(Func<IPodCluster, Task<T>> call)
        {
            var answer = call(_cluster);
            await _clock.AdvanceUntil(answer, TimeSpan.FromMilliseconds(1));
            return await answer;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
