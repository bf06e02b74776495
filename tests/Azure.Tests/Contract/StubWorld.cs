using Azure.Tests.Stub;
using Gateway.Azure;
using Gateway.Tests.Hollow;

namespace Azure.Tests.Contract;

/// <summary>The real client over HTTPS to the stub, which keeps the test's time.</summary>
internal sealed class StubWorld : ICloudWorld
{
    private StubWorld(ArmStub arm, ManualTimeProvider clock, Action<SetKnobs>? knobs)
    {
        (Arm, Clock) = (arm, clock);
        StubSet = arm.AddSet("h100", knobs);
        Client = new ArmScaleSetCloud(new ArmAccess(arm.Endpoint, new StubCredential(), arm.ClientOptions(), TimeSpan.FromSeconds(30)), TimeProvider.System);
    }

    public ArmStub Arm { get; }

    public ManualTimeProvider Clock { get; }

    public StubSet StubSet { get; }

    public ArmScaleSetCloud Client { get; }

    public IScaleSetCloud Cloud => Client;

    public string Set => StubSet.Url;

    public static async Task<StubWorld> Begin(Action<SetKnobs>? knobs = null, int seed = 1)
    {
        var clock = new ManualTimeProvider();
        return new StubWorld(await ArmStub.Start(clock, seed), clock, knobs);
    }

    public Task<CloudAnswer<T>> Do<T>(Func<IScaleSetCloud, Task<CloudAnswer<T>>> call) => call(Client);

    public void Advance(TimeSpan by) => Clock.Advance(by);

    public ValueTask DisposeAsync() => Arm.DisposeAsync();
}
