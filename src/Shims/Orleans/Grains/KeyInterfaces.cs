namespace Orleans.Runtime
{
    /// <summary>Anything that messages can be sent to.</summary>
    public interface IAddressable;
}

namespace Orleans
{
    /// <summary>Every grain interface.</summary>
    public interface IGrain : IAddressable;

    public interface IGrainWithStringKey : IGrain;

    public interface IGrainWithIntegerKey : IGrain;

    public interface IGrainWithGuidKey : IGrain;

    /// <summary>An interface that grains call back on; its methods are best declared one-way.</summary>
    public interface IGrainObserver : IAddressable;
}
