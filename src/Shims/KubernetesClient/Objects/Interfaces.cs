using System.Text.Json.Serialization;
using k8s.Models;

namespace k8s
{
    /// <summary>An object of the API: it says what it is.</summary>
    public interface IKubernetesObject
    {
        [JsonPropertyName("apiVersion")]
        string ApiVersion { get; set; }

        [JsonPropertyName("kind")]
        string Kind { get; set; }
    }

    public interface IKubernetesObject<TMetadata> : IKubernetesObject, IMetadata<TMetadata>;

    /// <summary>Any object, read only as far as to see what it is.</summary>
    public class KubernetesObject : IKubernetesObject
    {
        [JsonPropertyName("apiVersion")]
        public string ApiVersion { get; set; }

        [JsonPropertyName("kind")]
        public string Kind { get; set; }
    }

    public partial interface IKubernetes : IDisposable
    {
        Uri BaseUri { get; set; }
    }
}

namespace k8s.Models
{
    public interface IItems<T>
    {
        IList<T> Items { get; set; }
    }

    public interface IMetadata<T>
    {
        T Metadata { get; set; }
    }

    public interface ISpec<T>
    {
        T Spec { get; set; }
    }

    public interface IStatus<T>
    {
        T Status { get; set; }
    }

    /// <summary>Where an object's kind is served.</summary>
    [AttributeUsage(AttributeTargets.Class)]
    public sealed class KubernetesEntityAttribute : Attribute
    {
        public string Kind { get; set; }

        public string Group { get; set; }

        public string ApiVersion { get; set; }

        public string PluralName { get; set; }
    }
}
