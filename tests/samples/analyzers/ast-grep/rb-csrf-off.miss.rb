class A < ApplicationController
  skip_before_action :load_user
end
