using Azure.Tests.Contract;
using Gateway.Azure;
using Gateway.Tests.Hollow;

namespace Simulation.Outside;

/// <summary>The simulation's model of the cloud keeps the contract of the real client.</summary>
public sealed class ModelArmContractTests : ScaleSetCloudContract
{
    private protected override Task<ICloudWorld> Begin() => Task.FromResult<ICloudWorld>(new World());

    private sealed class World : ICloudWorld
    {
        private readonly ManualTimeProvider _clock = new();
        private readonly List<string> _broken = [];

        public World()
        {
            var kubernetes = new ModelKubernetes(_clock, new Random(1), new Commitments(), _broken.Add);
            Cloud = new ModelArm(_clock, new Random(1), kubernetes, _broken.Add) { Ceiling = 8 }.Over(new Wire(_clock, new Random(1)));
        }

        public IScaleSetCloud Cloud { get; }

        public string Set => ModelArm.Set;

        public async Task<CloudAnswer<T>> Do<T>(Func<IScaleSetCloud, Task<CloudAnswer<T>>> call)
        {
            var answer = call(Cloud);
            await _clock.AdvanceUntil(answer, TimeSpan.FromMilliseconds(1));
            return await answer;
        }

        public void Advance(TimeSpan by) => _clock.Advance(by);

        public ValueTask DisposeAsync()
        {
            Assert.Empty(_broken);
            return ValueTask.CompletedTask;
        }
    }
}
