namespace Azure.Tests.Contract;

/// <summary>The unmodified SDK over HTTPS.</summary>
public sealed class ArmStubContractTests : ScaleSetCloudContract
{
    private protected override async Task<ICloudWorld> Begin() => await StubWorld.Begin();
}
