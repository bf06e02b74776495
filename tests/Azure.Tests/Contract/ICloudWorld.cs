using Gateway.Azure;

namespace Azure.Tests.Contract;

/// <summary>A cloud with one empty scale set on a clock that stands still until it is told to go on.</summary>
internal interface ICloudWorld : IAsyncDisposable
{
    IScaleSetCloud Cloud { get; }

    string Set { get; }

    /// <summary>The answer to a call, however it travels.</summary>
    Task<CloudAnswer<T>> Do<T>(Func<IScaleSetCloud, Task<CloudAnswer<T>>> call);

    void Advance(TimeSpan by);
}
