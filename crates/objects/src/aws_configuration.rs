//! What the AWS Load Balancer Controller reads beside Gateways: LoadBalancerConfiguration, TargetGroupConfiguration and
//! ListenerRuleConfiguration.
//!
//! Their specs are merged with each other field by field, so they are kept as trees.

use podpath_yaml::Node;

use crate::meta::Meta;
use crate::reader::Reader;

macro_rules! configurations {
    ($($(#[$doc:meta])* $name:ident),+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq)]
        pub struct $name {
            spec: Option<Node>,
        }

        impl $name {
            pub(crate) fn read(_meta: &Meta, reader: Reader<'_>) -> Self {
                Self { spec: reader.get("spec").node().cloned() }
            }

            /// `spec`
            pub fn spec(&self) -> Option<Reader<'_>> {
                self.spec.as_ref().map(Reader::new)
            }
        }
    )+};
}

configurations! {
    /// Settings of the load balancer of a Gateway or of a GatewayClass.
    LoadBalancerConfiguration,
    /// Settings of the target groups of a Service.
    TargetGroupConfiguration,
    /// Actions and conditions that a rule of a route gets besides.
    ListenerRuleConfiguration
}
