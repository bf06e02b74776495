namespace Orleans.Serialization.Activators
{
    public interface IActivator<T>
    {
        T Create();
    }
}

namespace Orleans.Serialization.Serializers
{
    public interface IActivatorProvider
    {
        Activators.IActivator<T> GetActivator<T>();
    }
}

namespace Orleans.Storage
{
    public interface IGrainStorageSerializer
    {
        BinaryData Serialize<T>(T? input);

        T? Deserialize<T>(BinaryData input);
    }
}
