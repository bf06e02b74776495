using Gateway.Leadership;
using Gateway.Tests.Hollow;
using KubeTests.Contract;

namespace Simulation.Outside;

/// <summary>The simulation's model of leases keeps the contract of the real client.</summary>
public sealed class ModelLeaseStoreContractTests : LeaseStoreContract
{
    private readonly ModelLeases _leases = new(broken => Assert.Fail(broken));

    private protected override Task<(ILeaseStore Store, Func<Task<LeaseAnswer>, Task<LeaseAnswer>> Arrive)> Begin()
    {
        var clock = new ManualTimeProvider();
        return Task.FromResult<(ILeaseStore, Func<Task<LeaseAnswer>, Task<LeaseAnswer>>)>((_leases.Over(new Wire(clock, new Random(1))), Arrive));

        async Task<LeaseAnswer> Arrive(Task<LeaseAnswer> answer)
        {
            await clock.AdvanceUntil(answer, TimeSpan.FromMilliseconds(1));
            return await answer;
        }
    }

    private protected override Task Delete(string name)
    {
        _leases.Delete(name);
        return Task.CompletedTask;
    }
}
