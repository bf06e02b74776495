namespace Grains.Storage.Codec;

/// <summary>Has src/RecordGenerator write code that stores this type and all that it holds.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
internal sealed class StoredRecordAttribute(Type type) : Attribute
{
    public Type Type { get; } = type;
}
